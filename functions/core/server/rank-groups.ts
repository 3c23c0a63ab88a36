import { medianOf } from '../base/median.ts';
import { memoizeByObject } from '../base/memoize.ts';
import { byProgram, programsIn } from './programs-in.ts';
import { type Group, IDLE_STATES, isHidden, type Session, takesSlot } from './session.ts';
import { compareText, type Pressure, type Scope, usableSlots } from './slots.ts';
import { ownSessions, type Snapshot } from './snapshot.ts';

/** How many sessions are in one state. Null when the server did not report the state. */
export type StateCount = { readonly state: string | null; readonly count: number };

/** How many of a program's sessions have one role, one database or one address. */
export type Part = { readonly name: string; readonly sessions: number };

/** What one program held when the snapshot was taken. */
export type GroupUsage = {
  /** The name that people read: `*` stands where its sessions differ. */
  readonly group: Group;
  /** The full names, those with most sessions first. */
  readonly applications: readonly Part[];
  readonly roles: readonly Part[];
  readonly databases: readonly Part[];
  readonly sessions: number;
  /** Its share of the usable slots in whole percent. Null when the server has no usable slots. */
  readonly sharePercent: number | null;
  /** The most frequent state first. */
  readonly states: readonly StateCount[];
  /** The number of distinct addresses, and those with most sessions. */
  readonly addresses: { readonly count: number; readonly first: readonly string[] };
  /** The role, database or address of more than half of its sessions, but not of all. */
  readonly mostly: { readonly kind: 'role' | 'database' | 'address'; readonly part: Part } | null;
  /** Of its sessions in an idle state whose age is known. */
  readonly oldestIdleMs: number | null;
  readonly medianIdleMs: number | null;
};

/** Which programs held the slots, the largest first. */
export type Ranking = {
  readonly groups: readonly GroupUsage[];
  /** Sessions that our role may not see. They hold slots, but we do not know for which program. */
  readonly hidden: number;
  /** All slots in use, including those of hidden sessions. */
  readonly used: number;
  readonly usable: number;
  readonly states: readonly StateCount[];
  /**
   * The first group, when it is far larger than the others. It tells which program holds the slots, not why.
   */
  readonly leading: GroupUsage | null;
  /** Rows that take no slot: our own sessions and processes of the server. */
  readonly notCounted: { readonly own: number; readonly processes: number };
};

/** People read the first of many addresses. */
export const FIRST_ADDRESSES = 3;

/**
 * Ranks the programs that hold the slots, once for each snapshot. It counts the same sessions as the
 * computation of pressure, so that the sums agree.
 */
export const rankGroups: (snapshot: Snapshot) => Ranking = memoizeByObject(ranked);

function ranked(snapshot: Snapshot): Ranking {
  const usable = usableSlots(snapshot.slots);
  const isOwn = ownSessions(snapshot);
  const foreign = snapshot.sessions.filter((session) => !isOwn(session));
  const counted = foreign.filter(takesSlot);
  const seen = counted.filter((session) => !isHidden(session));
  const groups = [...byProgram(programsIn(snapshot), seen)]
    .map(([{ name }, sessions]) => usageIn(sessions, usable, name))
    .sort((a, b) => b.sessions - a.sessions || compareText(groupText(a.group), groupText(b.group)));
  const hidden = counted.length - seen.length;
  return {
    groups,
    hidden,
    used: counted.length,
    usable,
    states: countStates(seen),
    leading: leadingOf(groups, counted.length, hidden),
    notCounted: {
      own: snapshot.sessions.length - foreign.length,
      processes: foreign.length - counted.length,
    },
  };
}

/** A text by which equal groups get the same order in every run. */
export function groupText({ application, user, database }: Group): string {
  return JSON.stringify([application, user, database]);
}

/** The usage of one program's sessions, as a share of `usable` slots. */
export function usageIn(sessions: readonly Session[], usable: number, group: Group): GroupUsage {
  const ages = idleAges(sessions);
  const addresses = partsBy(sessions, ({ address }) => address);
  const databases = partsBy(sessions, ({ database }) => database ?? '');
  const roles = partsBy(sessions, ({ user }) => user ?? '');
  return {
    group,
    applications: partsBy(sessions, ({ application }) => application),
    roles,
    databases,
    sessions: sessions.length,
    sharePercent: usable > 0 ? Math.round((sessions.length * 100) / usable) : null,
    states: countStates(sessions),
    addresses: {
      count: addresses.length,
      first: addresses.slice(0, FIRST_ADDRESSES).map(({ name }) => name),
    },
    // The role comes first, because a client cannot choose it freely. By another program's name a client
    // could unite its own sessions with that program's.
    mostly:
      mostlyIn('role', roles, sessions.length) ??
      mostlyIn('database', databases, sessions.length) ??
      mostlyIn('address', addresses, sessions.length),
    oldestIdleMs: ages.at(-1) ?? null,
    medianIdleMs: medianOf(ages),
  };
}

function partsBy(sessions: readonly Session[], nameOf: (session: Session) => string): readonly Part[] {
  return byCount(Map.groupBy(sessions, nameOf)).map(([name, { length }]) => ({ name, sessions: length }));
}

function mostlyIn(
  kind: 'role' | 'database' | 'address',
  parts: readonly Part[],
  of: number,
): GroupUsage['mostly'] {
  const [part] = parts;
  if (part === undefined || parts.length < 2 || part.name === '') return null;
  return part.sessions * 2 > of ? { kind, part } : null;
}

/** The role of most of a program's sessions, for statements that name one role. */
export function roleOf({ roles }: GroupUsage): string {
  return roles[0]?.name ?? '';
}

const IDLE: ReadonlySet<string | null> = new Set(IDLE_STATES);

function idleAges(sessions: readonly Session[]): readonly number[] {
  return sessions
    .filter(({ state }) => IDLE.has(state))
    .map(({ stateAgeMs }) => stateAgeMs)
    .filter((age) => age !== null)
    .sort((a, b) => a - b);
}

function countStates(sessions: readonly Session[]): readonly StateCount[] {
  return byCount(Map.groupBy(sessions, ({ state }) => state)).map(([state, { length }]) => ({
    state,
    count: length,
  }));
}

function byCount<Key extends string | null>(
  groups: ReadonlyMap<Key, readonly Session[]>,
): readonly (readonly [Key, readonly Session[]])[] {
  return [...groups].sort((a, b) => b[1].length - a[1].length || compareText(a[0] ?? '', b[0] ?? ''));
}

/**
 * The leading program holds a third of the used slots and twice as many as the next. Below that several
 * programs share the blame, and naming one would mislead.
 */
function leadingOf(groups: readonly GroupUsage[], used: number, hidden: number): GroupUsage | null {
  const [first, second] = groups;
  if (first === undefined || first.sessions * 3 < used || first.sessions <= hidden) return null;
  return first.sessions >= 2 * (second?.sessions ?? 0) ? first : null;
}

/** The role that holds more than half of the slots, by one program or by many. */
export function roleWithMost({ groups, used }: Ranking): Part | null {
  const counts = new Map<string, number>();
  for (const { name, sessions } of groups.flatMap(({ roles }) => roles))
    counts.set(name, (counts.get(name) ?? 0) + sessions);
  const [name, sessions] = [...counts].find(([, count]) => count * 2 > used) ?? [];
  return name === undefined || sessions === undefined ? null : { name, sessions };
}

/** The leading program within one scope. A limit may concern few of the server's sessions. */
export function leadingIn({ groups, leading }: Ranking, { scope, used }: Pressure): GroupUsage | null {
  if (scope.kind === 'server') return leading;
  const inside = groups
    .map((usage) => ({ ...usage, sessions: sessionsIn(usage, scope) }))
    .filter(({ sessions }) => sessions > 0)
    .toSorted((a, b) => b.sessions - a.sessions);
  return leadingOf(inside, used, 0);
}

function sessionsIn({ roles, databases }: GroupUsage, scope: Exclude<Scope, { kind: 'server' }>): number {
  const parts = scope.kind === 'role' ? roles : databases;
  return parts.find(({ name }) => name === scope.name)?.sessions ?? 0;
}
