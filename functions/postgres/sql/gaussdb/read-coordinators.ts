/**
 * How many sessions each coordinator of a distributed server has. One that hangs must not hold up the run: the bound in
 * $1, with its unit, is set before and taken back after.
 * Reads: settings. Needs: no privilege.
 */
export const BOUND_STATEMENTS = `SELECT set_config('statement_timeout'::text, $1::text, false)`;

/** Reads: pgxc_stat_activity. Needs: a system administrator, or gs_role_read_all_stats (GaussDB(DWS)). */
export const READ_COORDINATORS = `
SELECT p.coorname::text AS name, count(*)::int AS sessions,
       count(CASE WHEN p.state = 'idle' THEN 1 END)::int AS idle
FROM pgxc_stat_activity p GROUP BY p.coorname ORDER BY p.coorname`;
