import { LOCK_CLASS } from '../../../core/run/run-lock.ts';

/**
 * Counts the taken slots without ours. Also returns whether there are rows that our role may not read, since when the
 * server runs, and whether a session holds a lock of the class in sql/try-lock.ts. Takes no lock, and answers in a few
 * bytes: most scheduled runs need no more. Which sessions take a slot is as in core/server/session.ts, and which are ours
 * as in core/server/snapshot.ts.
 * Reads: pg_stat_get_activity, pg_locks. Needs: pg_read_all_stats, and to call pg_postmaster_start_time.
 */
export const COUNT_SLOTS = `
SELECT pg_catalog.pg_postmaster_start_time()::pg_catalog.text AS since,
EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE ${LOCK_CLASS}::pg_catalog.oid
OPERATOR(pg_catalog.=) ANY (ARRAY[l.classid,l.objid])) AS locked,
pg_catalog.bool_or(a.query OPERATOR(pg_catalog.=) '<insufficient privilege>') AS hidden,
pg_catalog.count(*) FILTER (WHERE a.backend_type OPERATOR(pg_catalog.=) 'client backend'
AND (a.usesysid OPERATOR(pg_catalog.=) o.usesysid
AND a.application_name OPERATOR(pg_catalog.=) 'pg-headroom') IS NOT TRUE)::pg_catalog.int4 AS used
FROM pg_catalog.pg_stat_get_activity(NULL) a,pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) o`;
