/**
 * Ends one session that has a thread of its own, if it is unchanged since the snapshot. No row means that it changed, left,
 * or is no client; then the function is not called. Called for a process that is gone, it would answer an ordinary role
 * with "not allowed" (42501). One autocommitted statement per session, because one refusal would abort a set.
 * Reads: pg_stat_activity. Needs: gs_role_signal_backend, and to see the session.
 */
export const TERMINATE_BACKEND = `
SELECT 1 AS at, CASE WHEN pg_catalog.pg_terminate_backend(a.pid) THEN 'signalled'::pg_catalog.text
                    ELSE 'no-match'::pg_catalog.text END AS result
FROM pg_catalog.pg_stat_activity a
WHERE a.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int8
  AND (a.client_addr IS NOT NULL OR a.client_port IS NOT NULL)
  AND a.backend_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz
  AND a.state OPERATOR(pg_catalog.=) $3::pg_catalog.text
  AND a.state_change OPERATOR(pg_catalog.=) $4::pg_catalog.timestamptz`;
