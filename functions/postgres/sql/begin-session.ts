/**
 * Who answers, and our session's own bounds. The bounds are set only when the server itself answers ($3 is the protocol's
 * process id): behind a pooler they would stay on a session that others use next. Texts depend on DateStyle and TimeZone,
 * which a role may have set to anything. `idle_session_timeout` and keepalives make the server take slot and lock back
 * when Lambda freezes or kills us, `tcp_user_timeout` while it waits for us to take a long answer: it is not idle then.
 * `client_connection_check_interval` has it drop what we sent and do not wait for any more: a statement that is stuck, and
 * those behind it. A server that cannot look for that (Windows; on macOS before 15) refuses it.
 * `version()` is not qualified on purpose: it tells which product answers.
 * Reads: nothing. Needs: no privilege. Since: PostgreSQL 14 (`idle_session_timeout`).
 */
export const BEGIN_SESSION = `
SELECT pg_backend_pid() AS pid, version() AS version,
       current_setting('server_version_num')::int AS "versionNumber",
       CASE WHEN pg_backend_pid() = $3::int THEN concat_ws(', ',
         set_config('DateStyle', 'ISO, YMD', false), set_config('TimeZone', 'UTC', false),
         set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false),
         set_config('idle_in_transaction_session_timeout', $2, false), set_config('idle_session_timeout', $2, false),
         set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
         set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', $2, false),
         CASE WHEN version() LIKE '%linux%' THEN set_config('client_connection_check_interval', '1000', false) END)
       END AS bounds`;
