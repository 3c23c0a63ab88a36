import { escapeIdentifier } from 'pg';
import type { Role, TestServer } from './postgres-server.ts';

/**
 * A real PostgreSQL that looks like GaussDB to one role: what openGauss's sources (7e1fc94a) and Huawei's documentation say
 * of catalog, settings and functions, in a schema that comes first in the role's search_path. Sessions, rights, states and
 * terminations are the server's own; whatever is written with `pg_catalog.` in front sees PostgreSQL.
 */

/** A process id is a thread's there, far beyond 32 bits. */
export const PID_OFFSET = 139_000_000_000_000;

export type GaussKind = 'openGauss' | 'thread-pool' | 'dws';

/** What `version()` says, each as documented. */
const PRODUCTS: Readonly<Record<GaussKind, string>> = {
  openGauss:
    '(openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29 03:07:56 commit 0 last mr   on aarch64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit',
  'thread-pool':
    'PostgreSQL 9.2.4 (GaussDB Kernel 505.2.0 build 8fb3dd4a) compiled at 2024-06-22 11:28:52 commit 8542 last mr 18453 on x86_64-unknown-linux-gnu',
  dws: 'PostgreSQL 9.2.4 (GaussDB 8.1.3 build 39137c2d) compiled at 2022-04-01 15:43:11 commit 3629 last mr 5138 release on x86_64-unknown-linux-gnu',
};

/** How the server tells a session whose process here has this id. */
export function pidOn(kind: GaussKind, pid: number): number {
  return kind === 'thread-pool' ? pid : pid + PID_OFFSET;
}

/** PostgreSQL's own, which no GaussDB knows. */
const UNKNOWN_SETTINGS = `'idle_session_timeout', 'tcp_user_timeout', 'client_connection_check_interval', 'lock_timeout',
  'superuser_reserved_connections', 'reserved_connections'`;

/** Makes the server a GaussDB for this role; `coordinators` as the distributed product, which tells administrators of them. */
export async function emulateGauss(
  server: TestServer,
  role: Role,
  kind: GaussKind,
  coordinators: 'none' | 'readable' | 'forbidden' | 'hanging' = 'none',
): Promise<void> {
  const user = escapeIdentifier(role.user);
  const schema = escapeIdentifier(`gauss_${role.user}`);
  await server.query(`CREATE SCHEMA ${schema}`);
  await server.query(`GRANT USAGE ON SCHEMA ${schema} TO ${user}`);
  const statements = [
    ...identity(kind),
    activity(kind),
    ...rights(kind),
    ...terminating(),
    ...settings(),
    ...(coordinators === 'none' ? [] : [otherCoordinators(coordinators === 'hanging')]),
  ];
  const client = await server.connect();
  await client.query(`SET search_path = ${schema}, pg_catalog`);
  for (const statement of statements) await client.query(statement);
  await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${user}`);
  if (coordinators === 'forbidden')
    await client.query(`REVOKE ALL ON pgxc_stat_activity, pgxc_node FROM ${user}`);
  await client.end();
  await server.query(`ALTER ROLE ${user} SET search_path = ${schema}, pg_catalog, public`);
}

function identity(kind: GaussKind): readonly string[] {
  return [
    `CREATE FUNCTION version() RETURNS text LANGUAGE sql AS $$ SELECT '${PRODUCTS[kind]}'::text $$`,
    // In a thread pool each statement may run in another thread.
    `CREATE FUNCTION pg_backend_pid() RETURNS bigint STABLE LANGUAGE sql AS $$
       SELECT pg_catalog.pg_backend_pid() + ${PID_OFFSET}::bigint
              ${kind === 'thread-pool' ? '+ 1000000 * (extract(microseconds FROM statement_timestamp())::bigint % 97)' : ''} $$`,
    `CREATE VIEW pgxc_node AS SELECT n::name AS node_name FROM unnest(ARRAY['cn_5001', 'cn_5002', 'coordinator3']) n`,
  ];
}

/** Rows that a role may not read are not there, but on GaussDB(DWS); and the server's own threads are. */
function activity(kind: GaussKind): string {
  const pid = `a.pid + ${PID_OFFSET}::bigint`;
  const ids = {
    openGauss: `${pid} AS pid, ${pid} AS sessionid`,
    'thread-pool': `CASE WHEN a.state LIKE 'idle%' THEN 0 WHEN a.pid = pg_catalog.pg_backend_pid() THEN pg_backend_pid()
                         ELSE ${pid} END AS pid, a.pid::bigint AS sessionid`,
    dws: `${pid} AS pid, a.pid AS lwtid`,
  }[kind];
  return `CREATE VIEW pg_stat_activity AS
    SELECT a.datid, a.datname, ${ids}, a.usesysid, a.usename, a.application_name, a.client_addr, a.client_hostname,
           a.client_port, a.backend_start, a.xact_start, a.query_start, a.state_change,
           a.wait_event_type = 'Lock' AS waiting, NULL::text AS enqueue, a.state, 'default_pool'::name AS resource_pool,
           0::bigint AS query_id, a.query, NULL::text AS connection_info
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL
      ${kind === 'dws' ? '' : "AND a.query <> '<insufficient privilege>'"}
    UNION ALL
    SELECT d.oid, d.datname, 7, 7, 10, 'postgres', 'WLMArbiter', NULL, NULL, NULL, pg_postmaster_start_time(), NULL,
           NULL, pg_postmaster_start_time(), false, NULL, 'idle', 'default_pool', 0, '', NULL
    FROM pg_database d WHERE d.datname = 'postgres' AND pg_has_role('pg_read_all_stats', 'USAGE')`;
}

function rights(kind: GaussKind): readonly string[] {
  const ids = {
    openGauss: `l.pid + ${PID_OFFSET}::bigint AS pid, l.pid + ${PID_OFFSET}::bigint AS sessionid`,
    'thread-pool': '0::bigint AS pid, l.pid::bigint AS sessionid',
    dws: `l.pid + ${PID_OFFSET}::bigint AS pid`,
  }[kind];
  return [
    // An ordinary role is shown no other.
    `CREATE VIEW pg_roles AS SELECT r.*, r.rolsuper AS rolsystemadmin FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`,
    // The one right that goes by another name there.
    `CREATE FUNCTION pg_has_role(name, text) RETURNS boolean LANGUAGE sql AS $$
       SELECT pg_catalog.pg_has_role(CASE $1 WHEN 'gs_role_signal_backend' THEN 'pg_signal_backend'::name ELSE $1 END, $2) $$`,
    `CREATE VIEW pg_locks AS SELECT l.locktype, l.granted, ${ids} FROM pg_catalog.pg_locks l`,
  ];
}

/** A process that is gone is forbidden there, to whoever does not administer the system. */
function terminating(): readonly string[] {
  return [
    `CREATE FUNCTION pg_terminate_backend(pid bigint) RETURNS boolean LANGUAGE plpgsql AS $$
     BEGIN
       PERFORM FROM pg_catalog.pg_stat_get_activity((pid - ${PID_OFFSET})::int);
       IF NOT FOUND THEN RAISE insufficient_privilege USING MESSAGE = 'must have sysadmin privilege or a member of the
         gs_role_signal_backend role or the owner of the database or the same user to terminate other backend'; END IF;
       RETURN pg_catalog.pg_terminate_backend((pid - ${PID_OFFSET})::int);
     END $$`,
    `CREATE FUNCTION pg_terminate_session(pid bigint, sessionid bigint) RETURNS boolean LANGUAGE plpgsql AS $$
     BEGIN
       IF pid = sessionid THEN RETURN pg_terminate_backend(pid); END IF;
       RETURN pg_catalog.pg_terminate_backend(sessionid::int);
     END $$`,
  ];
}

/** PostgreSQL's reserves are taken off max_connections, GaussDB's is on top: the same slots either way. */
function settings(): readonly string[] {
  return [
    `CREATE VIEW pg_settings AS
     SELECT s.name, CASE WHEN s.name = 'max_connections' THEN (s.setting::int - (
              SELECT sum(r.setting::int) FROM pg_catalog.pg_settings r
              WHERE r.name IN ('superuser_reserved_connections', 'reserved_connections')))::text
            WHEN s.name = 'log_line_prefix' THEN '%m %c %d %p %a %x %n %e '
            ELSE s.setting END AS setting, s.context
     FROM pg_catalog.pg_settings s WHERE s.name NOT IN (${UNKNOWN_SETTINGS})
     UNION ALL
     SELECT 'sysadmin_reserved_connections', sum(r.setting::int)::text, 'postmaster' FROM pg_catalog.pg_settings r
     WHERE r.name IN ('superuser_reserved_connections', 'reserved_connections')
     UNION ALL SELECT 'session_timeout', '600', 'user'
     UNION ALL SELECT 'pgxc_node_name', 'cn_5001', 'postmaster'`,
    // What is not known to GaussDB is an error there, and its timeouts count seconds.
    `CREATE FUNCTION set_config(name text, value text, is_local boolean) RETURNS text LANGUAGE plpgsql AS $$
     BEGIN
       IF name IN (${UNKNOWN_SETTINGS}) THEN
         RAISE undefined_object USING MESSAGE = 'unrecognized configuration parameter "' || name || '"';
       END IF;
       RETURN pg_catalog.set_config(CASE name WHEN 'session_timeout' THEN 'idle_session_timeout' ELSE name END, value, is_local);
     END $$`,
  ];
}

/** Twelve sessions of the other coordinator, nine of them idle; unless it hangs, and nobody who asks gets an answer. */
function otherCoordinators(hangs: boolean): string {
  return `CREATE VIEW pgxc_stat_activity AS
    SELECT 'cn_5001'::text AS coorname, a.state, a.pid FROM pg_stat_activity a
    UNION ALL SELECT 'cn_5002', CASE WHEN n > 3 THEN 'idle' ELSE 'active' END, n + ${PID_OFFSET}::bigint FROM generate_series(1, 12) n
    ${hangs ? 'WHERE pg_sleep(60) IS NOT NULL' : ''}`;
}
