import { LOCK_CLASS } from '../../../core/run/run-lock.ts';
import { sqlMilliseconds } from './milliseconds.ts';

/**
 * Holders that are reported at most. One session may hold thousands of locks, and a few rows show which session it is.
 */
export const MOST_HOLDERS = 6;

/** Advisory locks of our class: two keys (`objsubid` 2), or the single lock of earlier versions with one 64-bit key. */
const OF_OUR_CLASS = `l.granted AND l.locktype OPERATOR(pg_catalog.=) 'advisory'::pg_catalog.text
    AND (l.objsubid OPERATOR(pg_catalog.=) 2::pg_catalog.int2
     AND l.classid OPERATOR(pg_catalog.=) ${LOCK_CLASS}::pg_catalog.oid
     OR l.objsubid OPERATOR(pg_catalog.=) 1::pg_catalog.int2 AND l.classid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
     AND l.objid OPERATOR(pg_catalog.=) ${LOCK_CLASS}::pg_catalog.oid)`;

/** A random number out of 2^32. */
export const RANDOM_KEY = `pg_catalog.floor((pg_catalog.random() OPERATOR(pg_catalog.-) 0.5::pg_catalog.float8)
  OPERATOR(pg_catalog.*) 4294967296::pg_catalog.float8)::pg_catalog.int4`;

/**
 * True for a session of our role, for a session under our application name whose role may end sessions, and for a session
 * that is not visible.
 */
const IS_RUN = `COALESCE(CASE WHEN a.pid IS NULL OR o.pid IS NULL THEN k.pid IS NOT NULL
     ELSE a.usesysid OPERATOR(pg_catalog.=) o.usesysid
      OR a.application_name OPERATOR(pg_catalog.=) 'pg-headroom'::pg_catalog.text
      AND pg_catalog.pg_has_role(a.usesysid, 'pg_signal_backend'::pg_catalog.name, 'USAGE'::pg_catalog.text) END, false)`;

/**
 * Announces a run, and checks for other runs. The announcement is a session lock of our class with a random key, which no
 * session can take beforehand. The locks are read after it was taken, which the reference to `t` enforces: of two runs at
 * the same moment at least one sees the other. A run that sees another one gives its lock back at once. So does a run whose
 * key is taken.
 *
 * The locks of all databases are read, because another run may use another maintenance database. A holder counts as a run
 * if it is a session of our role, or a session under our application name whose role may end sessions (a superuser, or a
 * role with the privileges of `pg_signal_backend`). Other holders are reported and block no run. A holder whose session is
 * not visible counts as a run, because it may have started after the sessions were read. A prepared transaction has no
 * session and is no run.
 *
 * Earlier versions took a single lock with our class as its key. This statement takes that lock too if it is free, and
 * counts it if a run holds it, so that both versions exclude each other during an upgrade.
 * Reads: pg_locks, pg_stat_get_activity, pg_roles. Needs: no privilege; a holder's address and age need pg_read_all_stats.
 */
export const TRY_LOCK = `
SELECT t.taken AND NOT h.contested AS locked,
 CASE WHEN h.contested OR NOT t.taken THEN ARRAY[
  t.taken AND pg_catalog.pg_advisory_unlock(${LOCK_CLASS}, t.key),
  t.former AND pg_catalog.pg_advisory_unlock(${LOCK_CLASS}::pg_catalog.int8)] END AS "givenBack",
 h.total, h.pids, h.runs, h.users, h.applications, h.addresses, h.ages
FROM (
 SELECT k.key, pg_catalog.pg_try_advisory_lock(${LOCK_CLASS}, k.key) AS taken,
  pg_catalog.pg_try_advisory_lock(${LOCK_CLASS}::pg_catalog.int8) AS former
 FROM (SELECT ${RANDOM_KEY} AS key OFFSET 0) k OFFSET 0
) t CROSS JOIN LATERAL (
 SELECT COALESCE(pg_catalog.bool_or(s.run), false) AS contested, COALESCE(pg_catalog.max(s.total), 0)::pg_catalog.int4 AS total,
  pg_catalog.array_agg(s.pid) AS pids, pg_catalog.array_agg(s.run) AS runs, pg_catalog.array_agg(s.name) AS users,
  pg_catalog.array_agg(s.application) AS applications, pg_catalog.array_agg(s.address) AS addresses,
  pg_catalog.array_agg(s.age) AS ages
 FROM (
  SELECT k.pid, ${IS_RUN} AS run, pg_catalog.namesend(r.rolname) AS name, a.application_name AS application,
   CASE WHEN a.client_addr IS NOT NULL THEN pg_catalog.host(a.client_addr)
    WHEN a.client_port OPERATOR(pg_catalog.=) -1 THEN 'local'::pg_catalog.text END AS address,
   ${sqlMilliseconds('pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) a.backend_start')} AS age,
   pg_catalog.count(*) OVER () AS total
  FROM (
   SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l WHERE t.taken IS NOT NULL AND ${OF_OUR_CLASS}
    AND (l.pid IS NULL OR l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid())
  ) k
  LEFT JOIN pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) o ON true
  LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(COALESCE(k.pid, 0)) a ON true
  LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.usesysid
  ORDER BY run DESC, k.pid LIMIT ${MOST_HOLDERS}
 ) s
) h`;
