/**
 * Ends one session that has a thread of its own, if it still is what the snapshot saw. No row means that it changed, left
 * or is no client, and the function is not called: told of a process that is gone, it answers an ordinary role as if it
 * were not allowed (42501). One autocommitted statement per session, for one refusal would abort a set.
 * Reads: pg_stat_activity. Needs: gs_role_signal_backend, and to see the session.
 */
export const TERMINATE_BACKEND = `
SELECT 1 AS at, CASE WHEN pg_terminate_backend(a.pid) THEN 'signalled' ELSE 'no-match' END AS result
FROM pg_stat_activity a
WHERE a.pid = $1::bigint AND (a.client_addr IS NOT NULL OR a.client_port IS NOT NULL)
  AND a.backend_start = $2::timestamptz AND a.state = $3::text AND a.state_change = $4::timestamptz`;
