import { LOCK_CLASS } from '../../../core/run/run-lock.ts';
import { sqlMilliseconds } from '../../postgresql/sql/milliseconds.ts';
import { RANDOM_KEY } from '../../postgresql/sql/try-lock.ts';

/**
 * Announces a run as postgresql/sql/try-lock.ts does, but in several statements: without LATERAL, one statement cannot
 * order the steps. Reads: nothing. Needs: no privilege.
 */
export const TAKE_LOCK = `
SELECT k.key, pg_catalog.pg_try_advisory_lock(${LOCK_CLASS}, k.key) AS taken,
       pg_catalog.pg_try_advisory_lock(${LOCK_CLASS}::pg_catalog.int8) AS former
FROM (SELECT ${RANDOM_KEY} AS key OFFSET 0) k`;

/**
 * Gives back the lock with the key in $1 if $2 says that it was taken, and the single lock if $3 does. Giving back a lock
 * that is not held would log a warning. Reads: nothing. Needs: no privilege.
 */
export const GIVE_LOCK_BACK = `
SELECT CASE WHEN $2::pg_catalog.bool THEN pg_catalog.pg_advisory_unlock(${LOCK_CLASS}, $1::pg_catalog.int4) END AS taken,
       CASE WHEN $3::pg_catalog.bool THEN pg_catalog.pg_advisory_unlock(${LOCK_CLASS}::pg_catalog.int8) END AS former`;

/**
 * Other holders of a lock of our class, runs first. An ordinary role cannot read which roles may end sessions. So a session
 * under our application name counts as a run, and so does one that is not visible.
 * Reads: pg_locks, pg_stat_activity. Needs: to see other roles' sessions, as gaussdb/sql/read-sessions.ts.
 */
export const readLockHolders = (hasSessionIds: boolean): string => {
  const id = (row: string) =>
    hasSessionIds ? `${row}.sessionid::pg_catalog.text` : `${row}.pid::pg_catalog.text`;
  return `
SELECT DISTINCT ${id('l')} AS pid, a.usename::pg_catalog.text AS "user",
       COALESCE(a.application_name, ''::pg_catalog.text) AS application,
       CASE WHEN a.client_addr IS NOT NULL THEN pg_catalog.host(a.client_addr)
            WHEN a.client_port OPERATOR(pg_catalog.=) -1 THEN 'local'::pg_catalog.text ELSE ''::pg_catalog.text END AS address,
       ${sqlMilliseconds('pg_catalog.now() OPERATOR(pg_catalog.-) a.backend_start')} AS "openMs",
       COALESCE(a.usesysid OPERATOR(pg_catalog.=) o.usesysid
        OR a.application_name OPERATOR(pg_catalog.=) 'pg-headroom'::pg_catalog.text, true) AS "isRun"
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_stat_activity o ON o.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
LEFT JOIN pg_catalog.pg_stat_activity a ON ${id('a')} OPERATOR(pg_catalog.=) ${id('l')}
WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory'::pg_catalog.text AND l.granted
  AND (${id('o')} IS NULL OR ${id('l')} OPERATOR(pg_catalog.<>) ${id('o')})
  AND (l.objsubid OPERATOR(pg_catalog.=) 2::pg_catalog.int2
   AND l.classid OPERATOR(pg_catalog.=) ${LOCK_CLASS}::pg_catalog.oid
   OR l.objsubid OPERATOR(pg_catalog.=) 1::pg_catalog.int2 AND l.classid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
   AND l.objid OPERATOR(pg_catalog.=) ${LOCK_CLASS}::pg_catalog.oid)
ORDER BY "isRun" DESC, pid`;
};
