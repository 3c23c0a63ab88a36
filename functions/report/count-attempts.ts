import { coerceError } from '../core/base/errors.ts';
import type { LeftOut, ReportPart } from '../render/message/left-out.ts';
import type { ReportPorts } from './report-ports.ts';

/** Tries each part of a report, and notes the parts that have to be left out. */
export type Attempts = {
  /** The result of the step. Null when it failed: then there is a line in the log, and a count. */
  readonly attempt: <Result>(part: ReportPart, step: () => Promise<Result>) => Promise<Result | null>;
  readonly leftOut: () => readonly LeftOut[];
};

export function attemptsOf(
  about: Readonly<Record<string, string | null>>,
  { count, log }: Pick<ReportPorts, 'count' | 'log'>,
): Attempts {
  const leftOut: LeftOut[] = [];
  const note = (part: ReportPart, thrown: unknown) => {
    const problem = coerceError(thrown).toProblem();
    // After a thread was ended, every later step fails with the same message. That counts as one part left
    // out.
    if (leftOut.some((each) => each.problem.message === problem.message)) return;
    leftOut.push({ part, problem });
    log('left-out', { ...about, part, ...problem });
    count({ kind: 'own', metrics: [{ name: 'reportsCutShort', unit: 'Count', value: 1 }] });
  };
  return {
    attempt: async (part, step) => {
      try {
        return await step();
      } catch (thrown) {
        note(part, thrown);
        return null;
      }
    },
    leftOut: () => leftOut,
  };
}
