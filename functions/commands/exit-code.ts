import type { ErrorCode } from '../core/base/errors.ts';
import { OUTCOME_TABLE } from '../core/incident/outcome-table.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Outcome } from '../core/run/outcome.ts';

/** The exit codes, the same for every command. */
export const EXIT = {
  /** Nothing is left to do. */
  done: 0,
  /** Something remains: pressure, problems to fix, or sessions that did not end. */
  remains: 1,
  /** Bad usage or input. */
  badInput: 2,
  /** The command could not do its job. */
  couldNot: 3,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
  'config-invalid',
  'policy-invalid',
  'snapshot-invalid',
  'record-invalid',
]);

export function exitCodeOfError(code: ErrorCode): ExitCode {
  return BAD_INPUT.has(code) ? EXIT.badInput : EXIT.couldNot;
}

/** A policy with thresholds that do not fit the server is bad input. */
export function exitCodeOfPlan({ verdict, problem }: Plan): ExitCode {
  if (problem !== null) return EXIT.badInput;
  return verdict === 'healthy' || verdict === 'sufficient' ? EXIT.done : EXIT.remains;
}

export function exitCodeOfOutcome(outcome: Outcome): ExitCode {
  return EXIT[OUTCOME_TABLE[outcome].exit];
}
