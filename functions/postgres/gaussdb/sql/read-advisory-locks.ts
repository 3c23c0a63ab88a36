/**
 * Sessions that hold session or transaction advisory locks, in all databases, by process and by session. Reads: pg_locks.
 * Needs: no privilege.
 */
export const readAdvisoryLocks = (hasSessionIds: boolean): string => `
SELECT DISTINCT l.pid::pg_catalog.text AS pid,
       ${hasSessionIds ? 'l.sessionid::pg_catalog.text' : 'NULL::pg_catalog.text'} AS "sessionId"
FROM pg_catalog.pg_locks l WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory'::pg_catalog.text AND l.granted`;
