import type { Cause } from '../../core/diagnosis/cause.ts';

/** What a cause is called in a sentence. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  'connection-leak': 'a connection leak',
  'oversized-idle-pools': 'pools that keep more sessions than they use',
  'traffic-spike': 'more traffic than before',
  'slow-queries': 'slow queries',
  'idle-in-transaction': 'transactions that were begun and left',
  'lock-pile-up': 'sessions that waited for a lock',
  'reconnect-storm': 'clients that came again at once',
  'role-limit': "a role's CONNECTION LIMIT",
  'database-limit': "a database's CONNECTION LIMIT",
  'replication-limit': 'max_wal_senders',
  'pooler-oversized': 'a pooler that opens more sessions than it needs',
  'developer-tools': 'tools that people left open',
  'monitoring-hog': 'a monitoring agent with many sessions',
  'dead-clients': 'sessions whose clients are gone',
  'half-open-clients': 'clients that never finished logging in',
  'limit-too-low': 'too few slots for what is in use',
  unclear: 'not clear',
};
