import { rootBlocker } from '../../core/advice/root-blocker.ts';
import type { Cause, Culprit } from '../../core/diagnosis/cause.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import { waitingForWal } from '../../core/server/waiting-for-standby.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import type { Facts } from '../base/facts.ts';
import { counted, groupName } from '../base/phrases.ts';
import { subjectName } from './subject-name.ts';

/** A cause in the words of a subject. `name` is its program, or null when none can be named. */
const PHRASES: Readonly<Record<Exclude<Cause, 'unclear'>, (name: string | null) => string>> = {
  'connection-leak': (name) => (name === null ? 'a program leaks' : `${name} leaks`),
  'oversized-idle-pools': (name) => `idle pools${of(name)} too large`,
  'session-per-request': (name) => `a session per request${of(name)}`,
  'traffic-spike': (name) => `more traffic${name === null ? '' : ` from ${name}`}`,
  'slow-queries': (name) => `slow queries${of(name)}`,
  'idle-in-transaction': (name) => (name === null ? 'open transactions' : `${name} left transactions open`),
  'clients-owe-input': (name) => `statements${of(name)} wait for input`,
  'lock-pile-up': () => 'queue behind a lock',
  'reconnect-storm': (name) => `reconnect storm${of(name)}`,
  'role-limit': (name) => (name === null ? 'role limit reached' : `taken by ${name}`),
  'database-limit': (name) => (name === null ? 'database limit reached' : `taken by ${name}`),
  'replication-limit': (name) => `all walsenders taken${name === null ? '' : `, mostly by ${name}`}`,
  'pooler-oversized': (name) => `pooler${of(name)} too large`,
  'developer-tools': (name) => `database tools left open${name === null ? '' : `, mostly ${name}`}`,
  'monitoring-hog': (name) => `too many monitoring sessions${of(name)}`,
  'dead-clients': (name) => `dead clients${of(name)}`,
  'half-open-clients': () => 'clients never log in',
  'limit-too-low': () => 'too few slots',
};

function of(name: string | null): string {
  return name === null ? '' : ` of ${name}`;
}

/** Causes that take no visible slots. Only these explain a refusal without pressure. */
const OUTSIDE_SLOTS: ReadonlySet<Cause> = new Set([
  'half-open-clients',
  'replication-limit',
  'reconnect-storm',
]);

/** Whether the cause explains a refusal although slots are free. */
export function isOutsideSlots(diagnosis: Facts['diagnosis']): boolean {
  return diagnosis !== null && OUTSIDE_SLOTS.has(diagnosis.cause);
}

/**
 * The cause in a few words, with its program. Empty when the cause is not known, or does not explain what
 * happened. With `maxName` the words are for a subject, which takes ASCII only.
 */
export function causePhrase({ diagnosis, record }: Facts, maxName?: number): readonly string[] {
  if (diagnosis === null || diagnosis.cause === 'unclear') return [];
  if (record.outcome === 'unexplained' && !isOutsideSlots(diagnosis)) return [];
  const [culprit] = behind(diagnosis);
  if (culprit === undefined) return [PHRASES[diagnosis.cause](null)];
  const { group } = culprit.usage;
  const name = maxName === undefined ? groupName(group) : subjectName(group, maxName);
  const waiting = blockedBy(record, culprit);
  if (waiting !== null && name !== null) return [`${name} blocks ${counted(waiting, 'session')}`];
  if (waitsForWal(record, culprit))
    return [`${name ?? 'clients'} ${name === null ? 'wait' : 'waits'} for replay`];
  return [PHRASES[diagnosis.cause](name)];
}

/** The cause of a program, or of the program behind the diagnosis, in a sentence. */
export function causeWords(
  record: Pick<Facts['record'], 'snapshot'>,
  cause: Cause,
  culprit: Culprit | undefined,
): string {
  return culprit !== undefined && waitsForWal(record, culprit)
    ? 'sessions that wait until this standby has the WAL'
    : CAUSE_WORDS[cause];
}

/** Whether its statements that last are WAIT FOR LSN on a standby, which are no queries. */
export function waitsForWal(
  { snapshot }: Pick<Facts['record'], 'snapshot'>,
  { cause, usage }: Culprit,
): boolean {
  if (cause !== 'slow-queries' || snapshot === null) return false;
  const nameOf = programNames(snapshot);
  const name = groupText(usage.group);
  return waitingForWal(snapshot.sessions.filter((each) => groupText(nameOf(each)) === name)).length > 0;
}

/**
 * How many sessions wait for a lock that a session of this program holds. Null when the program only waits
 * itself.
 */
export function blockedBy(
  { snapshot }: Pick<Facts['record'], 'snapshot'>,
  { cause, usage }: Culprit,
): number | null {
  if (cause !== 'lock-pile-up' || snapshot === null) return null;
  const blocker = rootBlocker(snapshot);
  if (blocker === null || blocker.session === null) return null;
  const holder = programNames(snapshot)(blocker.session);
  return groupText(holder) === groupText(usage.group) ? blocker.waiting : null;
}

/** Whether the cause already names this group, so that the next part can leave it out. */
export function isNamedCulprit({ diagnosis }: Facts, group: Group): boolean {
  const [culprit] = diagnosis === null ? [] : behind(diagnosis);
  if (culprit === undefined) return false;
  const { usage } = culprit;
  // Many roles that are named as one have another group than their programs, and the same name.
  const isFamily = usage.roles.length > 1 && groupName(usage.group) === groupName(group);
  return isFamily || groupText(usage.group) === groupText(group);
}

/** The culprits that did what the cause says. In a mixture the other culprits did something else. */
export function behind({ cause, culprits }: NonNullable<Facts['diagnosis']>): readonly Culprit[] {
  if (cause === 'half-open-clients' || cause === 'limit-too-low') return [];
  const those = culprits.filter((each) => each.cause === cause);
  // Any program may fill a limit, each for its own cause.
  return those.length > 0 || !OF_LIMIT.has(cause) ? those : culprits;
}

const OF_LIMIT: ReadonlySet<Cause> = new Set(['role-limit', 'database-limit', 'replication-limit']);
