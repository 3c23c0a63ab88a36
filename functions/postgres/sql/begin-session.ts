/**
 * Who answers, and our session's own bounds. The bounds are set only when the server itself answers ($3 is the protocol's
 * process id): behind a pooler they would stay on a session that others use next. Texts depend on DateStyle and TimeZone,
 * which a role may have set to anything. `idle_session_timeout` and keepalives make the server take slot and lock back
 * when Lambda freezes or kills us, `tcp_user_timeout` while it waits for us to take a long answer: it is not idle then.
 * `client_connection_check_interval` has it drop what we sent and do not wait for any more: a statement that is stuck, and
 * those behind it. A server that cannot look for that (Windows; on macOS before 15) refuses it,
 * but not to have it reset, which is what null does.
 * `version()` and `pg_backend_pid()` are not qualified on purpose: they tell which product answers. Without arguments they
 * leave nothing to be overloaded, and pg_catalog comes first in every search_path that does not name it: who puts another
 * schema before it, as whoever emulates a product does, may set our role's search_path. GaussDB's process ids are no
 * 32-bit numbers and never match $3: it has bounds of its own, in sql/gaussdb/bound-session.ts.
 * The port is the one at the client's end, whoever the client is: ours, or that of something in between.
 * Reads: nothing. Needs: no privilege. Since: PostgreSQL 14 (`idle_session_timeout`).
 */
export const BEGIN_SESSION = `
SELECT pg_backend_pid() AS pid, version() AS version, pg_catalog.inet_client_port() AS "clientPort",
 pg_catalog.current_setting('server_version_num')::int AS "versionNumber",
 (SELECT pg_catalog.count(pg_catalog.set_config(n, v, false)) FROM (VALUES
  ('DateStyle', 'ISO, YMD'), ('TimeZone', 'UTC'), ('statement_timeout', $1), ('lock_timeout', $1),
  ('idle_in_transaction_session_timeout', $2), ('idle_session_timeout', $2), ('tcp_keepalives_idle', '5'),
  ('tcp_keepalives_interval', '2'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', $2),
  ('client_connection_check_interval', CASE WHEN version() LIKE '%linux%' THEN '1000' END)) b (n, v)
  WHERE pg_backend_pid() = $3::int)`;
