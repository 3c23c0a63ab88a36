/**
 * Whose code our statements run: the catalog comes first. `pg_temp` is named, for where it is not, it comes before.
 * For a client whose encoding is SQL_ASCII the server converts nothing: no answer fails for a name or a statement that is in
 * another database's encoding. Those are asked for as bytes (sql/as-bytes.ts), all else is ASCII.
 * What other settings would change in what we read: digits of ages, forms of bytes, NULL in arrays. `exit_on_error` would
 * end our session with the first statement that is refused. A server before 17 has no `transaction_timeout`: the row sets
 * another one again there. A provider may keep `current_setting(text, boolean)` from us, so the version tells.
 */
const OURS = `('search_path','pg_catalog, pg_temp'),('role','none'),('client_encoding','SQL_ASCII'),
('DateStyle','ISO, YMD'),('TimeZone','UTC'),('extra_float_digits','1'),('bytea_output','hex'),
('array_nulls','on'),('exit_on_error','off'),
('default_transaction_isolation','read committed'),('client_min_messages','error'),
('statement_timeout','5s'),('lock_timeout','5s'),
('idle_in_transaction_session_timeout','10s'),('idle_session_timeout','10s'),
(CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog.<) 170000
THEN 'idle_session_timeout' ELSE 'transaction_timeout' END,'10s')`;

/**
 * Not read back: they depend on the server's system and on a Unix socket. A server that cannot look for a client that has
 * gone (Windows; on macOS before 15) refuses the last one, but not to have it reset, which is what null does.
 */
const WHERE_POSSIBLE = `('tcp_keepalives_idle','5'),('tcp_keepalives_interval','2'),('tcp_keepalives_count','3'),
('tcp_user_timeout','10000'),
('client_connection_check_interval',CASE WHEN pg_catalog.version() OPERATOR(pg_catalog.~~) '%linux%' THEN '1000' END)`;

/**
 * Who answers, and our session's own path and bounds, set and read back in one statement: `set_config` returns what the
 * server has afterwards, and `foreign` names what is otherwise. The startup packet asked for most of it already, which a
 * pooler may drop.
 * They are set only when the server itself answers ($1 is the protocol's process id): behind a pooler they would stay on a
 * session that others use next. `idle_session_timeout` and keepalives make the server take slot and lock back when Lambda
 * freezes or kills us, `tcp_user_timeout` while it waits for us to take a long answer: it is not idle then.
 * `client_connection_check_interval` has it drop what we sent and do not wait for any more: a statement that is stuck, and
 * those behind it.
 * It runs before the path is known to be ours: every name has its schema, and no operand has a type that another operator
 * or function of that schema fits better. It is short, because a quiet sweep consists of little else. GaussDB's process ids
 * are no 32-bit numbers and never match $1: it has bounds of its own, in gaussdb/sql/bound-session.ts.
 * The port is the one at the client's end: ours, or that of something in between.
 * Reads: nothing. Needs: no privilege. Since: PostgreSQL 14 (`idle_session_timeout`).
 */
export const BEGIN_SESSION = `
SELECT pg_catalog.pg_backend_pid() AS pid,pg_catalog.version(),pg_catalog.inet_client_port() AS port,
pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS number,
pg_catalog.string_agg(s.n,', ') FILTER (WHERE s.has OPERATOR(pg_catalog.<>) s.v
AND s.n OPERATOR(pg_catalog.!~) '^(tcp|client_conn)') AS "foreign"
FROM (SELECT n,v,pg_catalog.set_config(n,v,false) AS has FROM (VALUES ${OURS},
${WHERE_POSSIBLE}) s (n,v) WHERE pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) $1::pg_catalog.int4) s`;
