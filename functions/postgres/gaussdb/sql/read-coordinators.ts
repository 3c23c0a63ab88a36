/**
 * Sets the statement timeout to $1, with its unit. It bounds the count of sessions per coordinator, because a coordinator
 * that hangs must not delay the run, and sets the former value afterwards. Reads: settings. Needs: no privilege.
 */
export const BOUND_STATEMENTS = `
SELECT pg_catalog.set_config('statement_timeout'::pg_catalog.text, $1::pg_catalog.text, false)`;

/**
 * Counts the sessions of each coordinator of a distributed server. Reads: pgxc_stat_activity. Needs: a system
 * administrator, or gs_role_read_all_stats (GaussDB(DWS)).
 */
export const READ_COORDINATORS = `
SELECT p.coorname::pg_catalog.text AS name, pg_catalog.count(*)::pg_catalog.int4 AS sessions,
       pg_catalog.count(CASE WHEN p.state OPERATOR(pg_catalog.=) 'idle'::pg_catalog.text THEN 1 END)::pg_catalog.int4 AS idle
FROM pg_catalog.pgxc_stat_activity p GROUP BY p.coorname ORDER BY p.coorname`;
