/**
 * Ends one session, if it still is what the snapshot saw: same process, same state, no statement since. No row means
 * that it changed or left, or is no client: the server would end an ordinary role's walsender for us. One autocommitted statement per session: inside a transaction the activity view is frozen, and
 * one superuser's session in a set would abort the statement after others are gone. No timeout argument: it sleeps 100 ms
 * per session and acts on what was true before. The function stays out of WHERE, where the planner may call it first.
 * Reads: pg_stat_get_activity. Needs: pg_signal_backend and pg_read_all_stats.
 */
export const TERMINATE_SESSION = `
SELECT pg_catalog.pg_terminate_backend(a.pid) AS sent
FROM pg_catalog.pg_stat_get_activity($1::int) a
WHERE a.backend_type = 'client backend' AND a.backend_start = $2::timestamptz
  AND a.state = $3 AND a.state_change = $4::timestamptz`;
