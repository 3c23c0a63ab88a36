import type { Cause, Culprit } from '../../core/diagnosis/cause.ts';
import { groupText } from '../../core/server/rank-groups.ts';
import type { Group } from '../../core/server/session.ts';
import type { Facts } from '../base/facts.ts';
import { groupName } from '../base/phrases.ts';

/** A cause as a subject has room for it. `whose` is ` of <name>`, or nothing where nobody can be named. */
const PHRASES: Readonly<Record<Exclude<Cause, 'unclear'>, (whose: string) => string>> = {
  'connection-leak': (whose) => `connection leak${whose}`,
  'oversized-idle-pools': (whose) => `idle pools${whose} too large`,
  'session-per-request': (whose) => `a session for each request${whose}`,
  'traffic-spike': (whose) => `traffic spike${whose}`,
  'slow-queries': (whose) => `slow queries${whose}`,
  'idle-in-transaction': (whose) => `open transactions${whose}`,
  'clients-owe-input': (whose) => `statements${whose} that wait for input`,
  'lock-pile-up': (whose) => (whose === '' ? 'queue behind a lock' : `sessions wait for a lock${whose}`),
  'reconnect-storm': (whose) => `reconnect storm${whose}`,
  'role-limit': (whose) => `role limit reached${whose === '' ? '' : ` by sessions${whose}`}`,
  'database-limit': (whose) => `database limit reached${whose === '' ? '' : ` by sessions${whose}`}`,
  'replication-limit': (whose) => `all walsenders taken${whose === '' ? '' : `, mostly${whose.slice(3)}`}`,
  'pooler-oversized': (whose) => `pooler${whose} too large`,
  'developer-tools': (whose) => `database tools left open${whose === '' ? '' : `, mostly${whose.slice(3)}`}`,
  'monitoring-hog': (whose) => `too many monitoring sessions${whose}`,
  'dead-clients': (whose) => `dead clients${whose}`,
  'half-open-clients': () => 'clients that never log in',
  'limit-too-low': () => 'too few slots',
};

/** What fills no slots that anybody sees: it alone explains a refusal without pressure. */
const OUTSIDE_SLOTS: ReadonlySet<Cause> = new Set([
  'half-open-clients',
  'replication-limit',
  'reconnect-storm',
]);

/** Whether it explains why somebody was refused although slots are free. */
export function isOutsideSlots(diagnosis: Facts['diagnosis']): boolean {
  return diagnosis !== null && OUTSIDE_SLOTS.has(diagnosis.cause);
}

/** The cause in a few words, with whoever is behind it; nothing where it is not known, or no cause of what happened. */
export function causePhrase({ diagnosis, record }: Facts, maxName?: number): readonly string[] {
  if (diagnosis === null || diagnosis.cause === 'unclear') return [];
  if (record.outcome === 'unexplained' && !isOutsideSlots(diagnosis)) return [];
  const [culprit] = behind(diagnosis);
  const whose = culprit === undefined ? '' : ` of ${groupName(culprit.usage.group, maxName)}`;
  return [PHRASES[diagnosis.cause](whose)];
}

/** Whether the cause already names this group, so that what follows need not. */
export function isNamedCulprit({ diagnosis }: Facts, group: Group): boolean {
  const [culprit] = diagnosis === null ? [] : behind(diagnosis);
  return culprit !== undefined && groupText(culprit.usage.group) === groupText(group);
}

/** Those who did what the cause says; in a mixture the others did something else. */
function behind({ cause, culprits }: NonNullable<Facts['diagnosis']>): readonly Culprit[] {
  if (cause === 'half-open-clients' || cause === 'limit-too-low') return [];
  const those = culprits.filter((each) => each.cause === cause);
  // A limit is reached by whoever it holds, for a cause of their own.
  return those.length > 0 || !OF_LIMIT.has(cause) ? those : culprits;
}

const OF_LIMIT: ReadonlySet<Cause> = new Set(['role-limit', 'database-limit', 'replication-limit']);
