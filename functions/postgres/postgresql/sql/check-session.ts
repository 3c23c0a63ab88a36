/**
 * Learns which server answers, and whether our session has the settings that the startup packet sent, where it sent all of
 * sql/begin-session.ts. Returns one JSON array: `version()`, the port at the client's end, and a digest
 * (connection/session-digest.ts) of the role that we are and of every setting that the server has from a startup packet, with
 * its present value: one that a pooler dropped or that a login trigger changed is missing there. Only the client encoding
 * is still to be set, because the driver sends UTF8.
 *
 * It does in some 400 bytes what sql/begin-session.ts does in 1,300, which was most of what a quiet run cost. There is no row
 * unless the server itself answers (the process id is that of the protocol), and nothing is set then. The id is part of
 * the text, because parameters take five messages more.
 *
 * The statement runs before the path is known to be ours, so every name has its schema.
 * Reads: pg_show_all_settings. Needs: no privilege. Since: PostgreSQL 11 (`sha256`).
 */
export function checkSession(processId: number): string {
  return `SELECT pg_catalog.json_build_array(pg_catalog.version(),pg_catalog.inet_client_port(),
pg_catalog.sha256(pg_catalog.textsend(pg_catalog.concat(pg_catalog.set_config('client_encoding','SQL_ASCII',false),
CURRENT_USER,(SELECT pg_catalog.string_agg(pg_catalog.concat(name,setting),'') FROM pg_catalog.pg_show_all_settings()
WHERE source OPERATOR(pg_catalog.=) 'client'))))) AS n
WHERE pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) ${Math.trunc(processId)}`;
}
