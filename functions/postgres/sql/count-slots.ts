import { LOCKED } from './try-lock.ts';

/**
 * Takes the lock of sql/try-lock.ts, and counts: how many slots are taken, our own apart, whether there are rows that our
 * role may not read, and since when the server runs. In a few bytes, for a sweep that finds nothing to do. Which sessions
 * take a slot is as in core/session.ts, and which are ours as in core/snapshot.ts.
 * Reads: pg_stat_get_activity. Needs: pg_read_all_stats, and to call pg_postmaster_start_time.
 */
export const COUNT_SLOTS = `
SELECT ${LOCKED}, pg_catalog.pg_postmaster_start_time()::pg_catalog.text AS since,
 pg_catalog.bool_or(a.query OPERATOR(pg_catalog.=) '<insufficient privilege>'::pg_catalog.text) AS hidden,
 pg_catalog.count(*) FILTER (WHERE a.backend_type OPERATOR(pg_catalog.=) 'client backend'::pg_catalog.text
  AND (a.usesysid OPERATOR(pg_catalog.=) o.usesysid
   AND a.application_name OPERATOR(pg_catalog.=) 'pg-headroom'::pg_catalog.text) IS NOT TRUE)::pg_catalog.int4 AS used
FROM pg_catalog.pg_stat_get_activity(NULL) a, pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) o`;
