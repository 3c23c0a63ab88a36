/**
 * Every row of the activity view, background processes included. Timestamps travel as text: the guard compares them to
 * the microsecond. Ages are this statement's clock; a state change after its start counts as age 0, and what never
 * happened has no age (`greatest` would make a null 0). Whom a session waits for is asked for waiters only: asked for all
 * it costs more than the rest.
 * Reads: pg_stat_activity, pg_roles, the lock table. Needs: pg_read_all_stats, or most columns of other roles' rows are null.
 */
export const READ_SESSIONS = `
SELECT a.pid, a.backend_start::text AS "backendStart", a.backend_type AS "backendType",
       a.usename AS "user", a.datname AS "database", coalesce(a.application_name, '') AS application,
       CASE WHEN a.client_addr IS NOT NULL THEN pg_catalog.host(a.client_addr)
            WHEN a.client_port = -1 THEN 'local' ELSE '' END AS address,
       a.state, a.state_change::text AS "stateChange",
       CASE WHEN a.state_change > pg_catalog.now() THEN 0
            ELSE pg_catalog.floor(extract(epoch FROM pg_catalog.now() - a.state_change) * 1000) END::float8 AS "stateAgeMs",
       CASE WHEN a.xact_start > pg_catalog.now() THEN 0
            ELSE pg_catalog.floor(extract(epoch FROM pg_catalog.now() - a.xact_start) * 1000) END::float8 AS "transactionAgeMs",
       CASE WHEN a.query_start > pg_catalog.now() THEN 0
            ELSE pg_catalog.floor(extract(epoch FROM pg_catalog.now() - a.query_start) * 1000) END::float8 AS "queryAgeMs",
       a.wait_event AS "waitEvent",
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_catalog.pg_blocking_pids(a.pid) ELSE '{}' END AS "blockedBy",
       r.rolsuper AS superuser, pg_catalog."left"(a.query, 1024) AS "lastStatement"
FROM pg_catalog.pg_stat_activity a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
ORDER BY a.pid`;
