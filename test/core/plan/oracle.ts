import type { SparedReason } from '../../../functions/core/plan/plan.ts';
import type { PolicyText } from '../../../functions/core/policy/policy.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import type { Snapshot } from '../../../functions/core/server/snapshot.ts';
import type { TriggerKind } from '../../../functions/core/trigger/trigger.ts';
import { addressIn, nameIn } from './oracle-names.ts';
import { compare, mergedInto, type OracleProgram, rungOrder, stemOf } from './oracle-programs.ts';

/**
 * What specification §3 and §4 say, a second time and as plainly as possible. It shares no code with `functions/core`, works on
 * the policy as it is written, and knows only the names that the generated snapshots and policies use.
 */

export type FullPolicy = PolicyText;

const PROVIDERS = ['rdsadmin', 'rdsproxyadmin', 'rdsrepladmin', 'rdstopmgr', 'azuresu', 'cloudsqladmin'];
const IDLE = ['idle', 'idle in transaction', 'idle in transaction (aborted)'];
const BUSY = ['active', 'fastpath function call', 'starting'];

export const seconds = (minAge: string) => Number(minAge.slice(0, -1));

function isOwn(session: Session, snapshot: Snapshot): boolean {
  const { ownPid } = snapshot.server;
  if (ownPid === null) return false;
  if (session.pid === ownPid) return true;
  const own = snapshot.sessions.find(({ pid }) => pid === ownPid);
  return (
    own !== undefined &&
    own.user !== null &&
    session.user === own.user &&
    session.application === 'pg-headroom'
  );
}

const isHidden = (session: Session) =>
  session.state === null && session.lastStatement === '<insufficient privilege>';
const isClient = (session: Session) => session.backendType === 'client backend';

export const clientsOf = (snapshot: Snapshot) =>
  snapshot.sessions.filter((session) => isClient(session) && !isOwn(session, snapshot));
const usedOf = (snapshot: Snapshot) =>
  snapshot.sessions.filter(
    (session) => (isClient(session) || isHidden(session)) && !isOwn(session, snapshot),
  );
export const groupOf = ({ application, user, database }: Session) =>
  JSON.stringify([application, user ?? '', database ?? '']);

export const programsIn = (snapshot: Snapshot): readonly OracleProgram[] => mergedInto(clientsOf(snapshot));

/** How many sessions the keeps of a role may hold back once slots are missing. */
export function mayKeep(snapshot: Snapshot, { limits }: FullPolicy, role: string): number {
  const ofRole = clientsOf(snapshot).filter(({ user }) => stemOf(user) === role).length;
  return Math.max(Math.floor(ofRole / 10), limits.keepPerGroup + 5);
}

function isBuiltIn(session: Session, snapshot: Snapshot): boolean {
  return (
    isOwn(session, snapshot) ||
    !isClient(session) ||
    session.superuser !== false ||
    PROVIDERS.includes(session.user ?? '') ||
    session.pid === null ||
    !(IDLE.includes(session.state ?? '') || BUSY.includes(session.state ?? ''))
  );
}

function isProtected(session: Session, { protect }: FullPolicy): boolean {
  const listens = /(^|; )listen /i.test(session.lastStatement ?? '');
  const backsUp = /pg_backup_start\(|pg_export_snapshot\(/.test(session.lastStatement ?? '');
  return (
    nameIn(protect.users, session.user) ||
    nameIn(protect.databases, session.database) ||
    nameIn(protect.applications, session.application) ||
    (protect.builtinApplications && ['pg_dump', 'datadog-agent'].includes(session.application)) ||
    addressIn(protect.addresses, session.address) ||
    addressIn(protect.poolers, session.address) ||
    (protect.listeners && (listens || backsUp)) ||
    (protect.advisoryLocks && session.advisoryLock !== false) ||
    (protect.temporaryTables && session.temporaryTables !== false)
  );
}

function isIncluded(session: Session, { include }: FullPolicy): boolean {
  return (
    nameIn(include.users, session.user) &&
    nameIn(include.databases, session.database) &&
    nameIn(include.applications, session.application) &&
    addressIn(include.addresses, session.address)
  );
}

/** A line of the ladder or of `reap`; what it leaves out is the same for all sessions. */
type Line = Partial<Exclude<FullPolicy['reap'], readonly unknown[] | null>> & {
  readonly state?: string;
  readonly minAge: string;
};

/** When the generated sessions were opened, by how many seconds before the snapshot. */
const CONNECTED: Readonly<Record<string, number>> = { '03:10:43': 300, '00:00:00': 98_143 };
const connectedFor = ({ backendStart }: Session) => CONNECTED[backendStart?.slice(11, 19) ?? ''] ?? null;

const isMeant = (session: Session, line: Partial<FullPolicy['include']>) =>
  (line.users === undefined || nameIn(line.users, session.user)) &&
  (line.databases === undefined || nameIn(line.databases, session.database)) &&
  (line.applications === undefined || nameIn(line.applications, session.application)) &&
  (line.addresses === undefined || addressIn(line.addresses, session.address));

function doesHarm(session: Session, line: Line, snapshot: Snapshot | null): boolean {
  const blocks = snapshot?.sessions.some(({ blockedBy }) => blockedBy.includes(session.pid ?? -1)) ?? false;
  const holdsBack = session.horizonAge !== undefined && session.horizonAge > 0;
  if (line.onlyIf === undefined) return true;
  return (line.onlyIf.includes('blocks') && blocks) || (line.onlyIf.includes('holdsBackVacuum') && holdsBack);
}

/** Why a line does not take a session, as far from taking it as the number says; 4 is: it takes it. */
function nearnessOf(session: Session, line: Line, snapshot: Snapshot | null): 0 | 1 | 2 | 3 | 4 {
  if (session.state !== (line.state ?? 'idle') || !doesHarm(session, line, snapshot)) return 0;
  if (!isMeant(session, line as Partial<FullPolicy['include']>)) return 1;
  if (session.stateAgeMs === null) return 2;
  if (session.stateAgeMs < seconds(line.minAge) * 1_000) return 3;
  if (line.connectionAge === undefined) return 4;
  const connected = connectedFor(session);
  if (connected === null) return 2;
  return connected < seconds(line.connectionAge) ? 3 : 4;
}

/** The first rung of a ladder that takes the session, or -1. */
export function rungOf(session: Session, ladder: readonly Line[], snapshot: Snapshot | null = null): number {
  return ladder.findIndex((line) => nearnessOf(session, line, snapshot) === 4);
}

/** The trigger, and state and age in milliseconds of the rule that reaps the session. */
export function reapedBy(session: Session, policy: FullPolicy, snapshot: Snapshot) {
  const line = rulesOf(policy)[rungOf(session, rulesOf(policy), snapshot)];
  return ['schedule', line?.state ?? 'idle', seconds(line?.minAge ?? '0s') * 1_000];
}

const rulesOf = ({ reap }: FullPolicy): readonly Line[] =>
  reap === null ? [] : ([reap].flat() as readonly Line[]);

/** Times of the day, by hand: what the clocks show when the generated snapshots are taken, 03:15:43 UTC in winter. */
const CLOCKS: Readonly<Record<string, string>> = {
  UTC: '03:15',
  'Europe/Berlin': '04:15',
  'America/New_York': '22:15',
  'Asia/Kolkata': '08:45',
};

function isTimed(session: Session, { protect: { youngerThan = [], between = [] } }: FullPolicy): boolean {
  return (
    youngerThan.some(
      (line) =>
        session.stateAgeMs !== null &&
        session.stateAgeMs < seconds(line.age) * 1_000 &&
        isMeant(session, line as Partial<FullPolicy['include']>),
    ) ||
    between.some((line) => {
      const clock = CLOCKS[line.zone] ?? '';
      const isNow =
        line.from < line.to ? line.from <= clock && clock < line.to : clock >= line.from || clock < line.to;
      return isNow && isMeant(session, line as Partial<FullPolicy['include']>);
    })
  );
}

/** Why the session is out of reach; null when it is eligible. */
export function barOf(
  session: Session,
  snapshot: Snapshot,
  policy: FullPolicy,
  trigger: TriggerKind,
): SparedReason | null {
  const lines = [...policy.relieve.ladder, ...(trigger === 'schedule' ? rulesOf(policy) : [])];
  if (isBuiltIn(session, snapshot)) return 'built-in';
  if (isProtected(session, policy) || isTimed(session, policy)) return 'protected';
  if (!isIncluded(session, policy)) return 'not-included';
  const nearest = Math.max(0, ...lines.map((line) => nearnessOf(session, line, snapshot)));
  return (['state', 'not-included', 'unknown-age', 'too-young', null] as const)[nearest] ?? null;
}

/** One scope in need: how many of its sessions have to go, and which sessions are its own. */
type Need = {
  readonly name: string;
  readonly need: number;
  readonly has: (session: Session) => boolean;
};

function usableOf({ slots }: Snapshot): number {
  return slots.max - slots.superuserReserved - slots.reserved - slots.providerReserved;
}

/** How many have to go until `until` holds, found by trying one after the other. */
function toGo(used: number, usable: number, until: FullPolicy['relieve']['until'], cap: number): number {
  for (let gone = 0; ; gone += 1) {
    const left = used - gone;
    const holds =
      'usedPercent' in until ? left * 100 <= until.usedPercent * usable : usable - left >= until.freeSlots;
    if (holds || usable - left >= cap) return gone;
  }
}

function isPressed(used: number, usable: number, when: FullPolicy['relieve']['when']): boolean {
  return 'usedPercent' in when ? used * 100 >= when.usedPercent * usable : usable - used < when.freeSlots;
}

/** All scopes in need; for thresholds that can work on this server. */
export function needsOf(snapshot: Snapshot, policy: FullPolicy, trigger: TriggerKind): readonly Need[] {
  const { when, until } = policy.relieve;
  const used = usedOf(snapshot);
  const usable = usableOf(snapshot);
  const server: readonly Need[] = isPressed(used.length, usable, when)
    ? [{ name: 'server', need: toGo(used.length, usable, until, Number.POSITIVE_INFINITY), has: () => true }]
    : [];
  if (trigger === 'schedule') return server;
  const ownUser = snapshot.sessions.find(({ pid }) => pid === snapshot.server.ownPid)?.user;
  const scope = (name: string, limit: number, has: Need['has']): readonly Need[] => {
    const held = used.filter(has).length;
    if (limit <= 0 || held < limit) return [];
    return [{ name, need: toGo(held, limit, until, Math.max(1, Math.floor(limit / 2))), has }];
  };
  const roles = snapshot.slots.roles
    .filter(({ name }) => name !== ownUser)
    .flatMap(({ name, limit }) => scope(`role ${name}`, limit, ({ user }) => user === name));
  const databases = snapshot.slots.databases.flatMap(({ name, limit }) =>
    scope(`database ${name}`, limit, ({ database }) => database === name),
  );
  return [...roles, ...databases, ...server];
}

/** Whether the thresholds fit the server; otherwise nothing may happen at all. */
export function fits(snapshot: Snapshot, { relieve }: FullPolicy): boolean {
  const usable = usableOf(snapshot);
  return usable > 0 && !('freeSlots' in relieve.until && relieve.until.freeSlots > usable);
}

/** For the server alone: who goes, in order, limits apart. */
export function orderForServer(
  snapshot: Snapshot,
  policy: FullPolicy,
  trigger: TriggerKind,
): readonly (number | null)[] {
  const going: Session[] = [];
  const need = needsOf(snapshot, policy, trigger).find(({ name }) => name === 'server')?.need ?? 0;
  const programs = programsIn(snapshot);
  const { keepPerGroup } = policy.limits;
  const goingOf = ({ members }: OracleProgram) => going.filter((session) => members.includes(session)).length;
  const eligible = snapshot.sessions.filter(
    (session) =>
      barOf(session, snapshot, policy, trigger) === null && rungOf(session, policy.relieve.ladder) >= 0,
  );
  const ordered = policy.relieve.ladder.flatMap((_, rung) =>
    rungOrder(
      eligible.filter((session) => rungOf(session, policy.relieve.ladder) === rung),
      programs,
    ),
  );
  for (const session of ordered) {
    const program = programs.find(({ members }) => members.includes(session)) as OracleProgram;
    const staying = program.members.length - goingOf(program);
    if (going.length < need && staying > keepPerGroup) going.push(session);
  }
  const smallestFirst = programs.toSorted(
    (a, b) => a.members.length - b.members.length || compare(a.stem, b.stem) || compare(a.role, b.role),
  );
  const keptOf = ({ members }: OracleProgram) =>
    ordered.filter((session) => members.includes(session) && !going.includes(session));
  for (const program of smallestFirst)
    for (const session of keptOf(program)) {
      const role = stemOf(session.user);
      const ofRole = programs.flatMap(keptOf).filter(({ user }) => stemOf(user) === role).length;
      if (going.length < need && ofRole > mayKeep(snapshot, policy, role)) going.push(session);
    }
  return going.map(({ pid }) => pid);
}

/** How many of a program may still be ended before only its keep is left; below zero where more were ended. */
export const spareOf = (
  going: readonly Session[],
  { limits }: FullPolicy,
  { members }: OracleProgram,
): number => members.filter((session) => !going.includes(session)).length - limits.keepPerGroup;
export const programOf = (programs: readonly OracleProgram[], session: Session): OracleProgram =>
  programs.find(({ members }) => members.includes(session)) ?? { stem: '', role: '', members: [] };

export const without = (snapshot: Snapshot, gone: readonly Session[]): Snapshot => ({
  ...snapshot,
  sessions: snapshot.sessions.filter((session) => !gone.includes(session)),
});

export const wideOpen = (policy: FullPolicy): FullPolicy => ({
  ...policy,
  limits: { ...policy.limits, maxVictims: 5_000, maxPercent: 100 },
});
export const onlyRelief = (policy: FullPolicy): FullPolicy => ({ ...policy, reap: null });
