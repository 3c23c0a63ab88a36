/**
 * The same for a session in a thread pool. Its session id identifies it. Its pid changes, and is 0 without a thread.
 * Reads: pg_stat_activity. Needs: gs_role_signal_backend, and to see the session.
 */
export const TERMINATE_SESSION = `
SELECT 1 AS at, CASE WHEN pg_catalog.pg_terminate_session(a.pid, a.sessionid) THEN 'signalled'::pg_catalog.text
                    ELSE 'no-match'::pg_catalog.text END AS result
FROM pg_catalog.pg_stat_activity a
WHERE a.sessionid OPERATOR(pg_catalog.=) $1::pg_catalog.int8 AND a.sessionid OPERATOR(pg_catalog.<>) a.pid
  AND (a.client_addr IS NOT NULL OR a.client_port IS NOT NULL)
  AND a.backend_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz
  AND a.state OPERATOR(pg_catalog.=) $3::pg_catalog.text
  AND a.state_change OPERATOR(pg_catalog.=) $4::pg_catalog.timestamptz`;
