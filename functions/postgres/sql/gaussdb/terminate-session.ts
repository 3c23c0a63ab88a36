/**
 * The same for a session in a thread pool: it is told by its session id, and its pid is whatever it is at this moment, 0
 * without a thread.
 * Reads: pg_stat_activity. Needs: gs_role_signal_backend, and to see the session.
 */
export const TERMINATE_SESSION = `
SELECT 1 AS at, CASE WHEN pg_terminate_session(a.pid, a.sessionid) THEN 'signalled' ELSE 'no-match' END AS result
FROM pg_stat_activity a
WHERE a.sessionid = $1::bigint AND a.sessionid <> a.pid
  AND (a.client_addr IS NOT NULL OR a.client_port IS NOT NULL)
  AND a.backend_start = $2::timestamptz AND a.state = $3::text AND a.state_change = $4::timestamptz`;
