import { LOCK_CLASS } from '../../../core/run/run-lock.ts';

/**
 * Counts the taken slots without ours. Returns one JSON array: since when the server runs, whether a session holds a lock of
 * the class in sql/try-lock.ts, whether there are rows that our role may not read (they have no type), and the count. Takes
 * no lock, and answers in a few bytes: most scheduled runs need no more. Which sessions take a slot is as in
 * core/server/session.ts, and which are ours as in core/server/snapshot.ts.
 * Reads: pg_stat_get_activity, pg_locks. Needs: pg_read_all_stats, and to call pg_postmaster_start_time.
 */
export const COUNT_SLOTS = `SELECT pg_catalog.json_build_array(pg_catalog.pg_postmaster_start_time(),
EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE '${LOCK_CLASS}'
OPERATOR(pg_catalog.=) ANY (ARRAY[l.classid,l.objid])),
pg_catalog.bool_or(a.backend_type IS NULL),
pg_catalog.count(*) FILTER (WHERE a.backend_type OPERATOR(pg_catalog.=) 'client backend'
AND (ROW(a.usesysid,a.application_name) OPERATOR(pg_catalog.=) ROW(o.usesysid,'pg-headroom')) IS NOT TRUE)) AS n
FROM pg_catalog.pg_stat_get_activity(NULL) a,pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) o`;
