import type { Cause } from '../../core/diagnosis/cause.ts';

/** The name of each cause in a sentence. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  'connection-leak': 'a connection leak',
  'oversized-idle-pools': 'pools that keep more sessions than they use',
  'session-per-request': 'a session for each request',
  'traffic-spike': 'more traffic than before',
  'slow-queries': 'slow queries',
  'idle-in-transaction': 'transactions left open',
  'clients-owe-input': 'statements that wait for input from their clients',
  'lock-pile-up': 'sessions that wait for a lock',
  'reconnect-storm': 'clients that reconnect without a pause',
  'role-limit': 'a role at its CONNECTION LIMIT',
  'database-limit': 'a database at its CONNECTION LIMIT',
  'replication-limit': 'max_wal_senders reached',
  'pooler-oversized': 'a pooler that opens more sessions than it needs',
  'developer-tools': 'database tools left open',
  'monitoring-hog': 'a monitoring agent with many sessions',
  'dead-clients': 'sessions whose clients are gone',
  'half-open-clients': 'clients that never finished logging in',
  'limit-too-low': 'too few slots for the work',
  unclear: 'the cause is not clear',
};
