import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';

/**
 * A real server that shows as many sessions as a test wants. Five thousand real sessions need a machine of their own.
 */
export type CrowdedServer = AsyncDisposable & {
  readonly server: TestServer;
  readonly maxConnections: number;
  /** The product's role. */
  readonly ours: Role;
  /** The role of real sessions besides the crowd. */
  readonly app: Role;
  /** From now on the activity view shows this many more sessions than there are. */
  readonly show: (size: number) => Promise<void>;
};

const SERVICES = 12;

/** Replaces the view that the product reads with another view, which shows the real sessions and the crowd. */
const ADD_CROWD = `
SET allow_system_table_mods = on;
CREATE TABLE crowd AS SELECT * FROM pg_stat_activity LIMIT 0;
ALTER VIEW pg_catalog.pg_stat_activity RENAME TO pg_stat_activity_of_real_sessions;
CREATE VIEW pg_catalog.pg_stat_activity AS
  SELECT * FROM pg_catalog.pg_stat_activity_of_real_sessions UNION ALL SELECT * FROM public.crowd;
GRANT SELECT ON pg_catalog.pg_stat_activity TO PUBLIC`;

/**
 * The sessions of dozens of services, most of them idle, with random microseconds. Four statements of five are short and
 * have different values; the fifth is as long as those of object mappers that the server cuts off. The pids are larger than
 * any that a system gives. So no session of the crowd can be terminated: a run goes through all its rounds, with more reads
 * and attempts than sessions that end would need.
 */
const CROWD = `
INSERT INTO crowd (datid, datname, pid, usesysid, usename, application_name, client_addr, client_port, backend_start,
                   query_start, state_change, wait_event_type, wait_event, state, query, backend_type)
SELECT 5, 'db_' || i % 5, 10000000 + i, r.oid, r.rolname, 'service-' || i % 40,
       ('10.0.' || i % 9 || '.' || i % 250)::inet, 30000 + i, now() - idle.since - random() * interval '2 hours',
       now() - idle.since, now() - idle.since, 'Client', 'ClientRead', CASE WHEN i % 10 = 0 THEN 'active' ELSE 'idle' END,
       CASE WHEN i % 5 = 0 THEN left('SELECT ' || columns.names || ' FROM orders_' || i, 1023)
            ELSE 'SELECT id, total FROM orders_' || i % 300 || ' WHERE customer = ' || i || ' ORDER BY id LIMIT 50' END,
       'client backend'
FROM generate_series(1, $1::int) i
JOIN pg_roles r ON r.rolname = 'service_' || i % ${SERVICES}
CROSS JOIN LATERAL (SELECT interval '1 minute' + (random() + i * 0) * interval '2 hours' AS since) idle
CROSS JOIN LATERAL (SELECT string_agg('t' || k || '.column_' || i * k % 97, ', ') AS names
                    FROM generate_series(1, 90) k) columns`;

export async function startCrowdedServer(maxConnections: number): Promise<CrowdedServer> {
  const server = await startServer({
    version: 18,
    authentication: 'trust',
    settings: { max_connections: maxConnections, max_locks_per_transaction: 10 },
  });
  const ours = await createLeastPrivilegeRole(server);
  const app = await createRole(server, 'app');
  for (let index = 0; index < SERVICES; index += 1) await createRole(server, `service_${index}`);
  await server.query(ADD_CROWD);
  const show = async (size: number) => {
    await server.query('TRUNCATE crowd');
    await server.query(CROWD, [size]);
  };
  return { server, maxConnections, ours, app, show, [Symbol.asyncDispose]: () => server.stop() };
}
