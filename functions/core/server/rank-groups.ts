import { memoizeByObject } from '../base/memoize.ts';
import { byProgram, programsIn } from './programs-in.ts';
import { type Group, IDLE_STATES, isHidden, type Session, takesSlot } from './session.ts';
import { compareText, type Pressure, type Scope, usableSlots } from './slots.ts';
import { ownSessions, type Snapshot } from './snapshot.ts';

/** Sessions in one state; null where the server did not say. */
export type StateCount = { readonly state: string | null; readonly count: number };

/** How many of a program's sessions are of one role, in one database, from one address. */
export type Part = { readonly name: string; readonly sessions: number };

/** What one program held when the snapshot was taken. */
export type GroupUsage = {
  /** As people read it: `*` stands where its sessions differ. */
  readonly group: Group;
  /** As they are, those with most sessions first. */
  readonly applications: readonly Part[];
  readonly roles: readonly Part[];
  readonly databases: readonly Part[];
  readonly sessions: number;
  /** Of the usable slots, whole percent; null when the server has none. */
  readonly sharePercent: number | null;
  /** Most frequent first. */
  readonly states: readonly StateCount[];
  /** Distinct addresses; the first few by number of sessions. */
  readonly addresses: { readonly count: number; readonly first: readonly string[] };
  /** Where more than half of them are, and others are not. */
  readonly mostly: { readonly kind: 'role' | 'database' | 'address'; readonly part: Part } | null;
  /** Of its sessions in an idle state whose age is known. */
  readonly oldestIdleMs: number | null;
  readonly medianIdleMs: number | null;
};

/** Who held the slots, the largest program first. */
export type Ranking = {
  readonly groups: readonly GroupUsage[];
  /** Sessions that our role may not see: they hold slots, nobody knows for whom. */
  readonly hidden: number;
  /** All slots in use, the hidden ones too. */
  readonly used: number;
  readonly usable: number;
  readonly states: readonly StateCount[];
  /** The first group, when it stands out. This says who, not why. */
  readonly leading: GroupUsage | null;
  /** Rows that take no slot: our own sessions and the server's processes. */
  readonly notCounted: { readonly own: number; readonly processes: number };
};

const FIRST_ADDRESSES = 3;

/** Ranks who holds the slots, once for each snapshot. Counts what the capacity arithmetic counts, so that the sums agree. */
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

/** Only makes equals come out alike on every run. */
export function groupText({ application, user, database }: Group): string {
  return JSON.stringify([application, user, database]);
}

/** What sessions of one program come to, out of so many slots. */
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
    // A role first: with a name of somebody else's, a client could make one program of its own sessions and theirs.
    mostly:
      mostlyIn('role', roles, sessions.length) ??
      mostlyIn('database', databases, sessions.length) ??
      mostlyIn('address', addresses, sessions.length),
    oldestIdleMs: ages.at(-1) ?? null,
    medianIdleMs: ages[Math.floor((ages.length - 1) / 2)] ?? null,
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

/** The role that most of a program's sessions log in as: a statement has to name one. */
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

/** A third of what is used, and twice the next: below that several share the blame, and naming one would mislead. */
function leadingOf(groups: readonly GroupUsage[], used: number, hidden: number): GroupUsage | null {
  const [first, second] = groups;
  if (first === undefined || first.sessions * 3 < used || first.sessions <= hidden) return null;
  return first.sessions >= 2 * (second?.sessions ?? 0) ? first : null;
}

/** Who stands out in one scope: a limit's sessions may be few among the server's. */
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
