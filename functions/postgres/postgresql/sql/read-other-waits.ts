/**
 * The sessions that these processes wait for, where the lock table shows no lock that they wait for. Reads: the lock table.
 * Needs: no privilege.
 */
export const READ_OTHER_WAITS = `
SELECT p.pid, pg_catalog.pg_blocking_pids(p.pid) AS "blockedBy" FROM pg_catalog.unnest($1::pg_catalog.int4[]) AS p (pid)`;
