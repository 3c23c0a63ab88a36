import { type CellSummary, DATABASE_NAME, MOST_EXAMPLES } from './cell-summary.ts';
import { LADDER, type LadderPlace, ladderRows } from './ladder.ts';
import type { SeenCell } from './seen-cell.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** What only the caller knows. */
export type SummaryFacts = {
  readonly week: string;
  readonly code: string;
  readonly incidents: number;
  readonly ended: number;
  readonly now: number;
};

/**
 * A cell in numbers: those of `headroom fleet status`, and what is new since a week. A paused database counts as observing, because
 * no session ends there.
 */
export function summaryOf(view: SeenCell, { now, ...given }: SummaryFacts): CellSummary {
  const there = view.places.filter(({ aside }) => aside !== 'gone');
  const onLadder = there.filter(({ aside }) => aside === null);
  const off = onLadder.filter(({ seen }) => seen.mode.mode === 'off');
  const enforce = onLadder.filter(({ seen }) => seen.mode.maySignal);
  const isFresh = ({ seen }: LadderPlace) => now - Date.parse(seen.database.firstSeen) < WEEK_MS;
  return {
    ...given,
    region: view.region,
    databases: there.length,
    aside: there.length - onLadder.length,
    enforce: enforce.length,
    observe: onLadder.length - off.length - enforce.length,
    off: off.length,
    ladder: ladderRows(onLadder).map(({ step, reached }) => ({ step, reached })),
    gaps: gapsIn(onLadder),
    held: heldIn(onLadder),
    fresh: someOf(there.filter(isFresh)),
    gone: view.places.length - there.length,
    unwell: someOf(onLadder.filter(isUnwell)),
    badPolicies: view.policies.filter(({ problem }) => problem !== null).length,
    unreadable: view.unreadable.length,
    isBlind: view.state.apiAwaySince !== null,
    isCutOff: view.state.bucketAwaySince !== null,
  };
}

function isUnwell({ seen: { attention } }: LadderPlace): boolean {
  return attention.failures > 0 || attention.incident;
}

function someOf(places: readonly LadderPlace[]): CellSummary['fresh'] {
  const names = places.map(({ seen }) => seen.database.name).filter((name) => DATABASE_NAME.test(name));
  return { databases: places.length, names: names.slice(0, MOST_EXAMPLES) };
}

function gapsIn(places: readonly LadderPlace[]): CellSummary['gaps'] {
  const all = places.flatMap(({ next, lacking }) => (next === null ? lacking : [next, ...lacking]));
  return LADDER.flatMap((step) => {
    const problems = Map.groupBy(
      all.filter((gap) => gap.step === step),
      ({ problem }) => problem,
    );
    return [...problems].map(([problem, some]) => ({ step, problem, databases: some.length }));
  });
}

/** What holds down those that are not off: each of its reasons counts. */
function heldIn(places: readonly LadderPlace[]): CellSummary['held'] {
  const observing = places.filter(({ seen: { mode } }) => mode.mode !== 'off' && !mode.maySignal);
  const sources = observing.flatMap(({ seen }) => seen.mode.limits.map(({ source }) => source));
  return [...Map.groupBy(sources, (source) => source)].map(([source, some]) => ({
    source,
    databases: some.length,
  }));
}
