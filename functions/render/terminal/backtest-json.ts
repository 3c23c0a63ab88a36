import type { BacktestView } from '../base/backtest-phrases.ts';

/** A backtest for programs. Sessions are named by pid. */
export function backtestDocument({
  sum,
  policyName,
  against,
}: BacktestView): Readonly<Record<string, unknown>> {
  const { runs, left, ...sums } = sum;
  const pids = (those: readonly { readonly pid: number | null }[]) => those.map(({ pid }) => pid);
  return {
    policy: policyName,
    against,
    replayed: runs.length,
    notReplayed: left,
    ...sums,
    runs: runs.map(({ before, after, more, fewer, ...run }) => ({
      ...run,
      before: { ...before, victims: before.victims.length },
      after: { ...after, victims: after.victims.length },
      more: pids(more),
      fewer: pids(fewer),
    })),
  };
}
