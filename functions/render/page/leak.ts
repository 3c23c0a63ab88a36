import type { Culprit } from '../../core/diagnosis/cause.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import { snapshotAt } from './clock.ts';
import type { PageFacts } from './page-facts.ts';

/** How many sessions a program had at a moment, in milliseconds since the epoch by our clock. */
type Point = { readonly atMs: number; readonly sessions: number };

/** The sessions of a leaking program against the slots that there are for it. */
export type Leak = {
  readonly group: Group;
  /** By when the present sessions were opened, the oldest first. The last point is the snapshot. */
  readonly opened: readonly Point[];
  /** What the run left of them, and what came back. Null when it ended none. */
  readonly after: Point | null;
  /** When the slots are full again at the fitted rate. Null without a forecast. */
  readonly forecast: Point | null;
  readonly usable: number;
  /** How many slots are left for it beside the sessions of others. */
  readonly room: number;
};

/** The program that leaks most. Null when no opening times are known. */
export function leakOf(facts: PageFacts): Leak | null {
  const { record, evidence, diagnosis } = facts;
  const at = snapshotAt(record);
  const culprit = diagnosis?.culprits.find(({ cause }) => cause === 'connection-leak') ?? null;
  if (evidence === null || at === null || culprit === null) return null;
  const ages = agesOf(facts, culprit);
  if (ages.length === 0) return null;
  const snapshot = { atMs: at, sessions: ages.length };
  const opened = ages.map((age, before) => ({ atMs: at - age, sessions: before + 1 }));
  const { usable, used } = evidence.server;
  const after = afterRun(facts, culprit, ages.length);
  return {
    group: culprit.usage.group,
    opened: [...opened, snapshot],
    after,
    forecast: forecastOf(facts, culprit, after ?? snapshot),
    usable,
    room: Math.max(ages.length, usable - (used - ages.length)),
  };
}

/** How long before the snapshot its sessions were opened, the longest first. */
function agesOf({ record: { snapshot }, evidence }: PageFacts, { usage }: Culprit): readonly number[] {
  const nameOf = programNames(snapshot);
  const program = groupText(usage.group);
  return (evidence?.holders ?? [])
    .filter(({ session }) => groupText(nameOf(session)) === program)
    .flatMap(({ openedMs }) => openedMs ?? [])
    .toSorted((a, b) => b - a);
}

function afterRun(
  { record, newcomers, hypothetical, lossesByGroup }: PageFacts,
  { usage }: Culprit,
  before: number,
): Point | null {
  const program = groupText(usage.group);
  const ended = lossesByGroup.find(({ group }) => groupText(group) === program)?.losses.length ?? 0;
  if (hypothetical || ended === 0) return null;
  const came = newcomers.find(({ group }) => groupText(group) === program)?.came ?? 0;
  return { atMs: Date.parse(record.startedAt) + record.timings.finished, sessions: before - ended + came };
}

/** A run after which the slots are full has nothing to forecast. */
function forecastOf({ record }: PageFacts, { opening }: Culprit, from: Point): Point | null {
  if (opening === null || !opening.fullInMs || record.outcome === 'refilled') return null;
  const opens = Math.round((opening.perHour * opening.fullInMs) / 3_600_000);
  return { atMs: from.atMs + opening.fullInMs, sessions: from.sessions + opens };
}
