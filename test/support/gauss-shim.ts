import { escapeIdentifier } from 'pg';
import type { TestServer } from './postgres-server.ts';
import type { Place } from './targets.ts';

/**
 * A real PostgreSQL with one database that looks like GaussDB: catalog, settings and functions as openGauss's sources
 * (7e1fc94a) and Huawei's documentation describe them, in that database's own `pg_catalog`. PostgreSQL's own objects stay
 * there under names with the prefix `real_`. Sessions, rights, states and terminations are the server's own.
 */

/** There a process id is that of a thread, far beyond 32 bits. */
export const PID_OFFSET = 139_000_000_000_000;

export type GaussKind = 'openGauss' | 'thread-pool' | 'dws';

/** The documented answers of `version()`. */
const PRODUCTS: Readonly<Record<GaussKind, string>> = {
  openGauss:
    '(openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29 03:07:56 commit 0 last mr   on aarch64-unknown-linux-gnu, compiled by g++ (GCC) 7.3.0, 64-bit',
  'thread-pool':
    'PostgreSQL 9.2.4 (GaussDB Kernel 505.2.0 build 8fb3dd4a) compiled at 2024-06-22 11:28:52 commit 8542 last mr 18453 on x86_64-unknown-linux-gnu',
  dws: 'PostgreSQL 9.2.4 (GaussDB 8.1.3 build 39137c2d) compiled at 2022-04-01 15:43:11 commit 3629 last mr 5138 release on x86_64-unknown-linux-gnu',
};

/** How the server identifies a session whose process here has this id. */
export function pidOn(kind: GaussKind, pid: number): number {
  return kind === 'thread-pool' ? pid : pid + PID_OFFSET;
}

/** Settings of PostgreSQL that no GaussDB has. */
const UNKNOWN_SETTINGS = `'idle_session_timeout', 'tcp_user_timeout', 'client_connection_check_interval', 'lock_timeout',
  'superuser_reserved_connections', 'reserved_connections'`;

const RENAMED: readonly string[] = [
  ...['version()', 'pg_backend_pid()', 'set_config(text, text, boolean)', 'pg_has_role(name, text)'],
  'pg_terminate_backend(integer, bigint)',
].map((signature) => `FUNCTION pg_catalog.${signature} RENAME TO real_${signature.replace(/\(.*/, '')}`);
const REPLACED = ['pg_stat_activity', 'pg_roles', 'pg_locks', 'pg_settings'];

/** The function's own search_path, so that the path of the calling session does not matter. */
const SAFE = 'SET search_path = pg_catalog, pg_temp';

/**
 * Makes a database that looks like GaussDB. With `coordinators` it is the distributed product, which shows them to
 * administrators.
 */
export async function emulateGauss(
  server: TestServer,
  kind: GaussKind,
  coordinators: 'none' | 'readable' | 'forbidden' | 'hanging' = 'none',
): Promise<Place> {
  const database = `gauss_${kind}_${coordinators}`;
  await server.query(`CREATE DATABASE ${escapeIdentifier(database)} TEMPLATE template0`);
  const client = await server.connect(server.superuser, { database });
  await client.query('SET allow_system_table_mods = on');
  await client.query('SET search_path = pg_catalog');
  const statements = [
    ...RENAMED.map((each) => `ALTER ${each}`),
    ...REPLACED.map((view) => `ALTER VIEW pg_catalog.${view} RENAME TO real_${view}`),
    ...identity(kind),
    activity(kind),
    ...rights(kind),
    ...terminating(),
    ...settings(),
    ...(coordinators === 'none' ? [] : [otherCoordinators(coordinators === 'hanging')]),
    ...(coordinators === 'forbidden' ? [] : ['GRANT SELECT ON pg_catalog.pgxc_node TO PUBLIC']),
    ...(coordinators === 'none' || coordinators === 'forbidden'
      ? []
      : ['GRANT SELECT ON pg_catalog.pgxc_stat_activity TO PUBLIC']),
    ...REPLACED.map((view) => `GRANT SELECT ON pg_catalog.${view} TO PUBLIC`),
  ];
  for (const statement of statements) await client.query(statement);
  await client.end();
  return { host: server.host, port: server.port, database };
}

function identity(kind: GaussKind): readonly string[] {
  return [
    `CREATE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql ${SAFE} AS $$ SELECT '${PRODUCTS[kind]}'::text $$`,
    // In a thread pool each statement may run in another thread.
    `CREATE FUNCTION pg_catalog.pg_backend_pid() RETURNS bigint STABLE LANGUAGE sql ${SAFE} AS $$
       SELECT pg_catalog.real_pg_backend_pid() + ${PID_OFFSET}::bigint
              ${kind === 'thread-pool' ? '+ 1000000 * (extract(microseconds FROM statement_timestamp())::bigint % 97)' : ''} $$`,
    `CREATE VIEW pg_catalog.pgxc_node AS SELECT n::name AS node_name FROM unnest(ARRAY['cn_5001', 'cn_5002', 'coordinator3']) n`,
  ];
}

/** Rows that a role may not read are missing, except on GaussDB(DWS). The server's own threads are listed. */
function activity(kind: GaussKind): string {
  const pid = `a.pid + ${PID_OFFSET}::bigint`;
  const ids = {
    openGauss: `${pid} AS pid, ${pid} AS sessionid`,
    'thread-pool': `CASE WHEN a.state LIKE 'idle%' THEN 0 WHEN a.pid = pg_catalog.real_pg_backend_pid() THEN pg_catalog.pg_backend_pid()
                         ELSE ${pid} END AS pid, a.pid::bigint AS sessionid`,
    dws: `${pid} AS pid, a.pid AS lwtid`,
  }[kind];
  return `CREATE VIEW pg_catalog.pg_stat_activity AS
    SELECT a.datid, a.datname, ${ids}, a.usesysid, a.usename, a.application_name, a.client_addr, a.client_hostname,
           a.client_port, a.backend_start, a.xact_start, a.query_start, a.state_change,
           a.wait_event_type = 'Lock' AS waiting, NULL::text AS enqueue, a.state, 'default_pool'::name AS resource_pool,
           0::bigint AS query_id, a.query, NULL::text AS connection_info
    FROM pg_catalog.real_pg_stat_activity a
    WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL
      ${kind === 'dws' ? '' : "AND a.query <> '<insufficient privilege>'"}
    UNION ALL
    SELECT d.oid, d.datname, 7, 7, 10, 'postgres', 'WLMArbiter', NULL, NULL, NULL, pg_postmaster_start_time(), NULL,
           NULL, pg_postmaster_start_time(), false, NULL, 'idle', 'default_pool', 0, '', NULL
    FROM pg_database d WHERE d.datname = 'postgres' AND pg_catalog.real_pg_has_role('pg_read_all_stats', 'USAGE')`;
}

function rights(kind: GaussKind): readonly string[] {
  const ids = {
    openGauss: `l.pid + ${PID_OFFSET}::bigint AS pid, l.pid + ${PID_OFFSET}::bigint AS sessionid`,
    'thread-pool': '0::bigint AS pid, l.pid::bigint AS sessionid',
    dws: `l.pid + ${PID_OFFSET}::bigint AS pid`,
  }[kind];
  return [
    // An ordinary role sees only itself.
    `CREATE VIEW pg_catalog.pg_roles AS SELECT r.*, r.rolsuper AS rolsystemadmin FROM pg_catalog.real_pg_roles r WHERE r.rolname = current_user`,
    // The one right that has another name there.
    `CREATE FUNCTION pg_catalog.pg_has_role(name, text) RETURNS boolean LANGUAGE sql ${SAFE} AS $$
       SELECT pg_catalog.real_pg_has_role(CASE $1 WHEN 'gs_role_signal_backend' THEN 'pg_signal_backend'::name ELSE $1 END, $2) $$`,
    `CREATE VIEW pg_catalog.pg_locks AS SELECT l.locktype, l.classid, l.objid, l.objsubid, l.granted, ${ids} FROM pg_catalog.real_pg_locks l`,
  ];
}

/** For a process that is gone the answer is "not allowed", unless the role administers the system. */
function terminating(): readonly string[] {
  return [
    `CREATE FUNCTION pg_catalog.pg_terminate_backend(pid bigint) RETURNS boolean LANGUAGE plpgsql ${SAFE} AS $$
     BEGIN
       PERFORM FROM pg_catalog.pg_stat_get_activity((pid - ${PID_OFFSET})::int);
       IF NOT FOUND THEN RAISE insufficient_privilege USING MESSAGE = 'must have sysadmin privilege or a member of the
         gs_role_signal_backend role or the owner of the database or the same user to terminate other backend'; END IF;
       RETURN pg_catalog.real_pg_terminate_backend((pid - ${PID_OFFSET})::int);
     END $$`,
    `CREATE FUNCTION pg_catalog.pg_terminate_session(pid bigint, sessionid bigint) RETURNS boolean LANGUAGE plpgsql ${SAFE} AS $$
     BEGIN
       IF pid = sessionid THEN RETURN pg_catalog.pg_terminate_backend(pid); END IF;
       RETURN pg_catalog.real_pg_terminate_backend(sessionid::int);
     END $$`,
  ];
}

/** PostgreSQL's reserves are part of max_connections, GaussDB's reserve comes on top. The usable slots are the same. */
function settings(): readonly string[] {
  return [
    `CREATE VIEW pg_catalog.pg_settings AS
     SELECT s.name, CASE WHEN s.name = 'max_connections' THEN (s.setting::int - (
              SELECT sum(r.setting::int) FROM pg_catalog.real_pg_settings r
              WHERE r.name IN ('superuser_reserved_connections', 'reserved_connections')))::text
            WHEN s.name = 'log_line_prefix' THEN '%m %c %d %p %a %x %n %e '
            ELSE s.setting END AS setting, s.context
     FROM pg_catalog.real_pg_settings s WHERE s.name NOT IN (${UNKNOWN_SETTINGS})
     UNION ALL
     SELECT 'sysadmin_reserved_connections', sum(r.setting::int)::text, 'postmaster' FROM pg_catalog.real_pg_settings r
     WHERE r.name IN ('superuser_reserved_connections', 'reserved_connections')
     UNION ALL SELECT 'session_timeout', '600', 'user'
     UNION ALL SELECT 'pgxc_node_name', 'cn_5001', 'postmaster'`,
    // A setting that GaussDB does not know is an error there, and its timeouts count seconds. The function has no
    // search_path of its own: at its end it would be reset, together with the settings that it has set.
    `CREATE FUNCTION pg_catalog.set_config(name text, value text, is_local boolean) RETURNS text LANGUAGE plpgsql AS $$
     BEGIN
       IF name OPERATOR(pg_catalog.=) ANY(ARRAY[${UNKNOWN_SETTINGS}]) THEN
         RAISE undefined_object USING MESSAGE = pg_catalog.format('unrecognized configuration parameter "%s"', name);
       END IF;
       RETURN pg_catalog.real_set_config(
         CASE WHEN name OPERATOR(pg_catalog.=) 'session_timeout' THEN 'idle_session_timeout' ELSE name END, value, is_local);
     END $$`,
  ];
}

/** Twelve sessions of the other coordinator, nine of them idle. If it hangs, queries get no answer. */
function otherCoordinators(hangs: boolean): string {
  return `CREATE VIEW pg_catalog.pgxc_stat_activity AS
    SELECT 'cn_5001'::text AS coorname, a.state, a.pid FROM pg_catalog.pg_stat_activity a
    UNION ALL SELECT 'cn_5002', CASE WHEN n > 3 THEN 'idle' ELSE 'active' END, n + ${PID_OFFSET}::bigint FROM generate_series(1, 12) n
    ${hangs ? 'WHERE pg_sleep(60) IS NOT NULL' : ''}`;
}
