/**
 * Who holds session or transaction advisory locks, in all databases, by process and by session.
 * Reads: pg_locks. Needs: no privilege.
 */
export const readAdvisoryLocks = (hasSessionIds: boolean): string => `
SELECT DISTINCT l.pid::text AS pid, ${hasSessionIds ? 'l.sessionid::text' : 'NULL::text'} AS "sessionId"
FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted`;
