/**
 * What a client was refused for, as far as the words of the refusal tell.
 * - `server`: every slot is taken. `reserved`: only slots reserved for others are left.
 * - `role`, `database`: a CONNECTION LIMIT. `wal-senders`: max_wal_senders.
 * - `pooler`: a pooler or RDS Proxy said it, not the server.
 */
export const WORDED_REFUSALS = ['server', 'reserved', 'role', 'database', 'wal-senders', 'pooler'] as const;

/** `unknown-53300`: the SQLSTATE says so, in words that are not known here; servers speak many languages. */
export const REFUSAL_KINDS = [...WORDED_REFUSALS, 'unknown-53300'] as const;

export type RefusalKind = (typeof REFUSAL_KINDS)[number];
