const BEFORE_17 =
  "pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog.<) 170000";

/**
 * The settings that decide which code our statements run and how rows look. The catalog comes first in `search_path`;
 * `pg_temp` is named because it would otherwise come before it. With client encoding SQL_ASCII the server converts nothing,
 * so no answer fails because of a name or a statement in another database's encoding: those are read as bytes
 * (sql/as-bytes.ts), all else is ASCII. `DateStyle` to `array_nulls` fix the form of times, digits, bytes and NULLs in our
 * rows. With `exit_on_error` the first refused statement would end our session.
 *
 * `transaction_timeout` comes twice. A new value does not restart a timer that runs, so one that the database's owner had
 * started would run on, and where it ran out at the end of this statement, it would end the next one's session. Zero stops
 * it. A server before 17 has no such setting, so those rows set another one again there. The version decides, because a
 * provider may deny us `current_setting(text, boolean)`.
 */
const OURS = `(CASE WHEN ${BEFORE_17} THEN 'lock_timeout' ELSE 'transaction_timeout' END,'0'),
('search_path','pg_catalog, pg_temp'),('role','none'),('client_encoding','SQL_ASCII'),
('DateStyle','ISO, YMD'),('TimeZone','UTC'),('extra_float_digits','1'),('bytea_output','hex'),
('array_nulls','on'),('exit_on_error','off'),
('default_transaction_isolation','read committed'),('client_min_messages','error'),
('statement_timeout','5s'),('lock_timeout','5s'),
('idle_in_transaction_session_timeout','10s'),('idle_session_timeout','10s'),
(CASE WHEN ${BEFORE_17} THEN 'idle_session_timeout' ELSE 'transaction_timeout' END,'10s')`;

/**
 * These are not read back, because they depend on the server's system and on whether we use a Unix socket. A server that
 * cannot check for lost clients (Windows; macOS before 15) refuses a value for the last one, but accepts null, which resets
 * it.
 */
const WHERE_POSSIBLE = `('tcp_keepalives_idle','5'),('tcp_keepalives_interval','2'),('tcp_keepalives_count','3'),
('tcp_user_timeout','10000'),
('client_connection_check_interval',CASE WHEN pg_catalog.version() OPERATOR(pg_catalog.~~) '%linux%' THEN '1000' END)`;

/**
 * Learns which server answers, and sets and reads back our session's path and bounds in one statement: `set_config` returns
 * the value that the server has afterwards, and `foreign` names settings that differ.
 *
 * The startup packet already asked for most of them, but a pooler may drop them. They are set only when the server itself
 * answers ($1 is the process id of the protocol): behind a pooler they would stay on a session that other clients use next.
 * `idle_session_timeout` and keepalives make the server take slot and lock back when Lambda freezes or kills us.
 * `tcp_user_timeout` does so while it waits for us to read a long answer, when it is not idle.
 * `client_connection_check_interval` makes it drop statements whose client is gone.
 *
 * The statement runs before the path is known to be ours, so every name has its schema, and no operand has a type that an
 * operator or function of another schema fits better. It is short, because a run without pressure consists of little else.
 * Process ids of GaussDB are not 32-bit numbers and never match $1; its bounds are in gaussdb/sql/bound-session.ts. The
 * port is the one at the client's end: ours, or that of a pooler in between.
 *
 * Reads: nothing. Needs: no privilege. Since: PostgreSQL 14 (`idle_session_timeout`).
 */
export const BEGIN_SESSION = `
SELECT pg_catalog.pg_backend_pid() AS pid,pg_catalog.version(),pg_catalog.inet_client_port() AS port,
pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS number,
pg_catalog.string_agg(s.n,', ') FILTER (WHERE s.has OPERATOR(pg_catalog.<>) s.v
AND s.n OPERATOR(pg_catalog.!~) '^(tcp|client_conn)') AS "foreign"
FROM (SELECT n,v,pg_catalog.set_config(n,v,false) AS has FROM (VALUES ${OURS},
${WHERE_POSSIBLE}) s (n,v) WHERE pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) $1::pg_catalog.int4) s`;
