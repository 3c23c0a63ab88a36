import type { Doing, SessionEvidence } from '../../core/diagnosis/evidence.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import type { PageFacts } from './page-facts.ts';

/** One statement of one program, and how many of its sessions run it or ran it last. */
export type StatementUse = {
  readonly statement: string;
  readonly group: Group;
  readonly isBlamed: boolean;
  readonly running: number;
  readonly waiting: number;
  /** Sessions in an open transaction that ran it last. */
  readonly inTransaction: number;
  /** Idle sessions that ran it last. */
  readonly idle: number;
  readonly sessions: number;
  /** How long the running and waiting ones have taken, in milliseconds. Null when none runs. */
  readonly longestMs: number | null;
  /** What they wait for, the most frequent first. Null stands for no wait. */
  readonly waits: readonly (string | null)[];
  readonly pids: readonly number[];
};

/** A session that runs a statement, for a chart of how long each has run. */
export type Running = { readonly pid: number | null; readonly runsMs: number };

/** The statements of the sessions that hold slots. Those of blamed programs come first, then the most frequent. */
export function statementsOf({ evidence, blame, record }: PageFacts): readonly StatementUse[] {
  if (evidence === null) return [];
  const nameOf = programNames(record.snapshot);
  const told = evidence.holders.filter(({ session }) => (session.lastStatement ?? '') !== '');
  return [
    ...Map.groupBy(told, ({ session }) => `${groupText(nameOf(session))}\n${session.lastStatement}`).values(),
  ]
    .flatMap((those) => {
      const [first] = those;
      return first === undefined
        ? []
        : [
            useOf(
              those,
              nameOf(first.session),
              first.session.lastStatement ?? '',
              blame.isBlamed(first.session),
            ),
          ];
    })
    .toSorted((a, b) => Number(b.isBlamed) - Number(a.isBlamed) || b.sessions - a.sessions);
}

function useOf(
  those: readonly SessionEvidence[],
  group: Group,
  statement: string,
  isBlamed: boolean,
): StatementUse {
  const count = (...what: readonly Doing[]) => those.filter(({ doing }) => what.includes(doing)).length;
  const busy = those.filter(({ session: { state } }) => state === 'active');
  const ages = busy.flatMap(({ session }) => session.queryAgeMs ?? []);
  const waits = [...Map.groupBy(busy, ({ session }) => session.waitEvent)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([wait]) => wait);
  return {
    ...{ statement, group, isBlamed, waits, sessions: those.length },
    running: count('working', 'stuck', 'owing'),
    waiting: count('waiting'),
    inTransaction: count('in transaction'),
    idle: count('resting'),
    longestMs: ages.length === 0 ? null : Math.max(...ages),
    pids: those.flatMap(({ session: { pid } }) => pid ?? []),
  };
}

/** The blamed sessions with a running statement, the one that has run longest first. */
export function longestRunning({ evidence, blame }: PageFacts): readonly Running[] {
  const busy = evidence?.holders.filter(
    ({ session }) => session.state === 'active' && session.queryAgeMs !== null && blame.isBlamed(session),
  );
  return (busy ?? [])
    .map(({ session: { pid, queryAgeMs } }) => ({ pid, runsMs: queryAgeMs ?? 0 }))
    .toSorted((a, b) => b.runsMs - a.runsMs || (a.pid ?? 0) - (b.pid ?? 0));
}
