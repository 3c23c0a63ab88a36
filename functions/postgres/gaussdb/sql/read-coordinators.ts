/**
 * How many sessions each coordinator of a distributed server has. One that hangs must not hold up the run: the bound in
 * $1, with its unit, is set before and taken back after.
 * Reads: settings. Needs: no privilege.
 */
export const BOUND_STATEMENTS = `
SELECT pg_catalog.set_config('statement_timeout'::pg_catalog.text, $1::pg_catalog.text, false)`;

/** Reads: pgxc_stat_activity. Needs: a system administrator, or gs_role_read_all_stats (GaussDB(DWS)). */
export const READ_COORDINATORS = `
SELECT p.coorname::pg_catalog.text AS name, pg_catalog.count(*)::pg_catalog.int4 AS sessions,
       pg_catalog.count(CASE WHEN p.state OPERATOR(pg_catalog.=) 'idle'::pg_catalog.text THEN 1 END)::pg_catalog.int4 AS idle
FROM pg_catalog.pgxc_stat_activity p GROUP BY p.coorname ORDER BY p.coorname`;
