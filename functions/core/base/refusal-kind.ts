/**
 * Why a client was refused, as far as the words of the refusal tell.
 * - `server`: all slots are taken.
 * - `reserved`: only reserved slots are left.
 * - `role`, `database`: a CONNECTION LIMIT is reached.
 * - `wal-senders`: max_wal_senders is reached.
 * - `pooler`: a pooler or RDS Proxy refused, not the server.
 */
export const WORDED_REFUSALS = ['server', 'reserved', 'role', 'database', 'wal-senders', 'pooler'] as const;

/**
 * `unknown-53300`: the SQLSTATE says that there were too many connections, in words that we do not know.
 * Servers speak many languages.
 */
export const REFUSAL_KINDS = [...WORDED_REFUSALS, 'unknown-53300'] as const;

export type RefusalKind = (typeof REFUSAL_KINDS)[number];
