import type { BacktestSum } from '../../core/backtest/sum-backtest.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { counted, listText } from '../../core/base/words.ts';
import type { Mode } from '../../core/policy/mode.ts';

/** The names of the policies, and the mode of the new one. */
export type BacktestView = {
  readonly sum: BacktestSum;
  readonly policyName: string;
  /** Null where the plans of the records are compared with. */
  readonly against: string | null;
  readonly mode: Mode;
};

export function backtestHeadline({ sum, policyName }: BacktestView): string {
  const { runs, more, fewer, incidents } = sum;
  if (runs.length === 0) return 'Nothing to backtest: no kept run can be replayed.';
  const where = `in ${counted(runs.length, 'run')} of ${counted(incidents, 'incident')}`;
  const name = cleanName(policyName, 60);
  if (more + fewer === 0) return `${name} plans the same ${where}.`;
  return `${name} would end ${counted(more, 'session')} more and ${fewer} fewer, ${where}.`;
}

/** What a person has to know besides the tables. */
export function backtestRemarks({ sum, against, mode }: BacktestView): readonly string[] {
  return [
    ...(sum.runs.length === 0 ? [] : totals(sum, against)),
    ...sum.problems.map((problem) => `The policy does not fit: ${problem}`),
    ...modeRemark(mode),
    ...leftRemarks(sum),
    ...codeRemarks(sum, against),
    ...(sum.runs.length === 0 ? [] : LIMITS),
    `Quiet runs keep no record. A policy that acts earlier was therefore tried only on the ${counted(sum.runs.length, 'run')} above.`,
  ];
}

const LIMITS = ['Each run is replayed alone: what would have followed from another decision is not known.'];

function totals(sum: BacktestSum, against: string | null): readonly string[] {
  const { before, after, changedIncidents, incidents, missingBefore, missingAfter } = sum;
  const was = against === null ? 'were planned' : `with ${cleanName(against, 60)}`;
  return [
    `${counted(after, 'different session')} would end, ${before} ${was}. Another plan in ${changedIncidents} of ${counted(incidents, 'incident')}.`,
    `Slots stay missing in ${counted(missingAfter, 'run')}, before in ${missingBefore}, each by the goal of its own policy.`,
  ];
}

function modeRemark(mode: Mode): readonly string[] {
  switch (mode) {
    case 'off':
      return ['The policy is off, so that it plans nothing.'];
    case 'observe':
      return ['The policy observes: it would end these sessions only with "mode": "enforce".'];
    case 'enforce':
      return [];
    default: {
      const never: never = mode;
      return never;
    }
  }
}

function leftRemarks({ left }: BacktestSum): readonly string[] {
  const reasons = [
    [left.reduced, 'reduced to keep the record small'],
    [left['no snapshot'], 'without a snapshot'],
    [left['no plan'], 'without a plan'],
    [left.unreadable, 'unreadable'],
  ] as const;
  const texts = reasons.flatMap(([count, why]) => (count === 0 ? [] : [`${count} ${why}`]));
  return texts.length === 0 ? [] : [`Counted and not replayed: ${listText(texts, 4)}.`];
}

function codeRemarks({ otherCode, unfaithful }: BacktestSum, against: string | null): readonly string[] {
  const fault =
    unfaithful === 0
      ? []
      : [
          `${counted(unfaithful, 'run')} of this version of the planner cannot be replayed exactly. Please report it.`,
        ];
  if (otherCode === 0 || against !== null) return fault;
  return [
    ...fault,
    `In ${counted(otherCode, 'run')} today's planner plans otherwise with the run's own policy too: a part of the differences there comes from the code. --against with that policy compares policies alone.`,
  ];
}
