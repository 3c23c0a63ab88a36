import type { Explained } from '../../core/diagnosis/explain.ts';
import { type Newcomers, newcomersOf, retakenIn, settledReading } from '../../core/run/newcomers.ts';
import type { AttemptResult, RunRecord } from '../../core/run/record.ts';
import { isHypothetical, type Termination, terminationsOf } from '../../core/run/terminations.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { type GroupUsage, groupText, leadingIn } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import { type Pressure, scopeName } from '../../core/server/slots.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';

/** The facts from which every part of the message is written, computed once. */
export type Facts = Explained & {
  /** The address where people can see the record. Null when it is not kept. */
  readonly recordUrl: string | null;
  /** See `isHypothetical`. */
  readonly hypothetical: boolean;
  /** The program that leads in the scope of the message. */
  readonly leading: GroupUsage | null;
  /**
   * The scope of the message: the first one under pressure, or else the server. `before` is at the first
   * read, `after` at the last one.
   */
  readonly before: Pressure | null;
  readonly after: Pressure | null;
  readonly terminations: readonly Termination[];
  /** The terminations that ended their session, or would. */
  readonly losses: readonly Termination[];
  /** Sessions that are gone without an answer: we ended them, or they left by themselves. */
  readonly perhaps: readonly Termination[];
  /** By program, the largest first. */
  readonly lossesByGroup: readonly { readonly group: Group; readonly losses: readonly Termination[] }[];
  readonly results: ReadonlyMap<AttemptResult, number>;
  /**
   * Programs that took slots after the first snapshot. Empty when the record had to leave them out, or when
   * no read followed.
   */
  readonly newcomers: readonly Newcomers[];
  /** Freed slots that the programs which had lost them took again. */
  readonly retaken: number;
  readonly ownRole: string | null;
};

export function factsOf(explained: Explained, recordUrl: string | null = null): Facts {
  const { record, reduced, ranking, diagnosis } = explained;
  const { snapshot, plan, attempts, readings } = record;
  const terminations = terminationsOf(record);
  const losses = terminations.filter(({ result }) => result === null || result === 'terminated');
  const before = plan?.pressure.find(({ under }) => under) ?? plan?.pressure.at(-1) ?? null;
  const settled = settledReading(record);
  return {
    record,
    reduced,
    recordUrl,
    hypothetical: isHypothetical(record),
    ranking,
    diagnosis,
    leading: ranking === null || before === null ? null : leadingIn(ranking, before),
    before,
    after: before === null ? null : pressureAt(readings.at(-1)?.pressure, before),
    terminations,
    losses,
    perhaps: terminations.filter(({ result, unanswered }) => result === 'gone' && unanswered),
    lossesByGroup: byGroup(losses, snapshot),
    results: countResults(record),
    newcomers: snapshot && settled ? newcomersOf(snapshot, attempts, settled) : [],
    retaken: retakenIn(record) ?? 0,
    ownRole: ownRoleOf(record),
  };
}

/** The same scope at another read. */
export function pressureAt(pressure: readonly Pressure[] | undefined, { scope }: Pressure): Pressure | null {
  const isSame = (other: Pressure) =>
    other.scope.kind === scope.kind && scopeName(other.scope) === scopeName(scope);
  return pressure?.find(isSame) ?? null;
}

/** Terminations by program, the largest first. */
export function byGroup(losses: readonly Termination[], snapshot: Snapshot | null): Facts['lossesByGroup'] {
  const nameOf = programNames(snapshot);
  return [...Map.groupBy(losses, ({ session }) => groupText(nameOf(session))).values()]
    .flatMap((those) => (those[0] ? [{ group: nameOf(those[0].session), losses: those }] : []))
    .sort((a, b) => b.losses.length - a.losses.length);
}

function countResults({ attempts }: RunRecord): ReadonlyMap<AttemptResult, number> {
  const counts = new Map<AttemptResult, number>();
  for (const { result } of attempts) counts.set(result, (counts.get(result) ?? 0) + 1);
  return counts;
}

function ownRoleOf({ snapshot }: RunRecord): string | null {
  if (snapshot === null) return null;
  const { ownPid } = snapshot.server;
  return snapshot.sessions.find(({ pid }) => pid !== null && pid === ownPid)?.user ?? null;
}
