import type { Cause, Culprit } from '../../core/diagnosis/cause.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import type { Facts } from '../base/facts.ts';
import { groupName } from '../base/phrases.ts';

/**
 * A cause in the words that fit into a subject. `ofProgram` is ` of <name>`, or empty when no program can be
 * named.
 */
const PHRASES: Readonly<Record<Exclude<Cause, 'unclear'>, (ofProgram: string) => string>> = {
  'connection-leak': (ofProgram) => `connection leak${ofProgram}`,
  'oversized-idle-pools': (ofProgram) => `idle pools${ofProgram} too large`,
  'session-per-request': (ofProgram) => `a session for each request${ofProgram}`,
  'traffic-spike': (ofProgram) => `traffic spike${ofProgram}`,
  'slow-queries': (ofProgram) => `slow queries${ofProgram}`,
  'idle-in-transaction': (ofProgram) => `open transactions${ofProgram}`,
  'clients-owe-input': (ofProgram) => `statements${ofProgram} that wait for input`,
  'lock-pile-up': (ofProgram) =>
    ofProgram === '' ? 'queue behind a lock' : `sessions wait for a lock${ofProgram}`,
  'reconnect-storm': (ofProgram) => `reconnect storm${ofProgram}`,
  'role-limit': (ofProgram) => `role limit reached${ofProgram === '' ? '' : ` by sessions${ofProgram}`}`,
  'database-limit': (ofProgram) =>
    `database limit reached${ofProgram === '' ? '' : ` by sessions${ofProgram}`}`,
  'replication-limit': (ofProgram) =>
    `all walsenders taken${ofProgram === '' ? '' : `, mostly${ofProgram.slice(3)}`}`,
  'pooler-oversized': (ofProgram) => `pooler${ofProgram} too large`,
  'developer-tools': (ofProgram) =>
    `database tools left open${ofProgram === '' ? '' : `, mostly${ofProgram.slice(3)}`}`,
  'monitoring-hog': (ofProgram) => `too many monitoring sessions${ofProgram}`,
  'dead-clients': (ofProgram) => `dead clients${ofProgram}`,
  'half-open-clients': () => 'clients that never log in',
  'limit-too-low': () => 'too few slots',
};

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
 * happened.
 */
export function causePhrase({ diagnosis, record }: Facts, maxName?: number): readonly string[] {
  if (diagnosis === null || diagnosis.cause === 'unclear') return [];
  if (record.outcome === 'unexplained' && !isOutsideSlots(diagnosis)) return [];
  const [culprit] = behind(diagnosis);
  const ofProgram = culprit === undefined ? '' : ` of ${groupName(culprit.usage.group, maxName)}`;
  return [PHRASES[diagnosis.cause](ofProgram)];
}

/** Whether the cause already names this group, so that the next part can leave it out. */
export function isNamedCulprit({ diagnosis }: Facts, group: Group): boolean {
  const [culprit] = diagnosis === null ? [] : behind(diagnosis);
  return culprit !== undefined && groupText(culprit.usage.group) === groupText(group);
}

/** The culprits that did what the cause says. In a mixture the other culprits did something else. */
function behind({ cause, culprits }: NonNullable<Facts['diagnosis']>): readonly Culprit[] {
  if (cause === 'half-open-clients' || cause === 'limit-too-low') return [];
  const those = culprits.filter((each) => each.cause === cause);
  // Any program may fill a limit, each for its own cause.
  return those.length > 0 || !OF_LIMIT.has(cause) ? those : culprits;
}

const OF_LIMIT: ReadonlySet<Cause> = new Set(['role-limit', 'database-limit', 'replication-limit']);
