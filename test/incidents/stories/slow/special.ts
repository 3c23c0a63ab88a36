import { startServer } from '../../../support/postgres-server.ts';
import type { Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { DAY, fill, HOUR, hosts, MINUTE, slowStory } from './slow-story.ts';

/** A second server whose sessions reach the scene's through `postgres_fdw`, one remote session for each. */
async function foreignSessions(scene: Scene, user: string, count: number, overMs: number): Promise<void> {
  await scene.role(user);
  const server = scene.use(
    await startServer({ version: 16, authentication: 'trust', settings: { max_connections: 100 } }),
  );
  const { host, port } = scene.server;
  await server.query('CREATE EXTENSION postgres_fdw');
  await server.query(
    `CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${host}', port '${port}', dbname 'postgres')`,
  );
  await server.query(
    `CREATE USER MAPPING FOR postgres SERVER remote OPTIONS (user '${user}', password_required 'false')`,
  );
  await server.query(
    "CREATE FOREIGN TABLE classes (relname name) SERVER remote OPTIONS (schema_name 'pg_catalog', table_name 'pg_class')",
  );
  for (let at = 0; at < count; at += 1) {
    const client = await server.connect();
    await client.query('SELECT count(*) FROM classes');
    scene.clock.ahead(overMs / count);
  }
}

/** One session whose `dblink` connections have names of their own and are never closed. */
async function dblinkSessions(scene: Scene, user: string, count: number, everyMs: number): Promise<void> {
  await scene.role(user);
  const server = scene.use(await startServer({ version: 17, authentication: 'trust', settings: {} }));
  const { host, port } = scene.server;
  const client = await server.connect();
  await client.query('CREATE EXTENSION dblink');
  for (let at = 0; at < count; at += 1) {
    await client.query(
      `SELECT dblink_connect('link_${at}', 'host=${host} port=${port} user=${user} dbname=postgres application_name=dblink')`,
    );
    await client.query(`SELECT * FROM dblink('link_${at}', 'SELECT 1') AS t(one int)`);
    scene.clock.ahead(everyMs);
  }
}

/** What the server sees of PHP's PDO with persistent connections. */
async function pdo(scene: Scene, user: string, addresses: readonly string[], each: number): Promise<void> {
  for (const address of addresses)
    for (const client of await fill(scene, { user, address }, each, { gapMs: 900 })) {
      await client.query('PREPARE pdo_stmt_00000001 AS SELECT count(*) FROM pg_class');
      await client.query('EXECUTE pdo_stmt_00000001');
      await client.query('DEALLOCATE pdo_stmt_00000001');
    }
}

const pooled = (user: string, more: object = {}) =>
  ({ causes: ['oversized-idle-pools'], culprits: [{ user, ...more }] }) as const;

export const SLOW_SPECIAL: readonly Story[] = [
  slowStory({
    name: 'oversized-idle-pools-postgres-fdw',
    told: 'Another server reads tables through postgres_fdw: 34 of its sessions keep a session here each.',
    version: 16,
    uptimeMs: 14 * DAY,
    used: 34 + 12,
    beside: 12,
    truth: pooled('fdw_reader'),
    play: (scene) => foreignSessions(scene, 'fdw_reader', 34, 9 * HOUR),
  }),
  slowStory({
    name: 'oversized-idle-pools-postgres-fdw-days',
    told: 'A reporting server has kept 26 sessions open through postgres_fdw for three days.',
    version: 18,
    uptimeMs: 100 * DAY,
    used: 26 + 9,
    beside: 9,
    trigger: 'alarm',
    truth: pooled('reporting'),
    play: async (scene) => {
      await foreignSessions(scene, 'reporting', 26, 4 * HOUR);
      scene.clock.ahead(3 * DAY);
    },
  }),
  slowStory({
    name: 'connection-leak-dblink',
    told: 'A function opens a dblink connection under a new name each seven minutes and closes none.',
    version: 17,
    uptimeMs: 22 * DAY,
    used: 31 + 10,
    beside: 10,
    truth: { causes: ['connection-leak', 'oversized-idle-pools'], culprits: [{ user: 'linker' }] },
    play: (scene) => dblinkSessions(scene, 'linker', 31, 7 * MINUTE),
  }),
  slowStory({
    name: 'oversized-idle-pools-forty-roles',
    told: 'One service gives each of 40 tenants a role with a pool of one or two.',
    version: 17,
    uptimeMs: 35 * DAY,
    used: 60 + 6,
    beside: 6,
    truth: pooled('tenant_*'),
    play: async (scene) => {
      for (let at = 1; at <= 40; at += 1)
        await fill(
          scene,
          { user: `tenant_${String(at).padStart(2, '0')}`, application: 'saas-api', address: '127.0.105.3' },
          at % 2 === 0 ? 2 : 1,
          { gapMs: 150 },
        );
      scene.clock.ahead(3 * DAY);
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-customers-jdbc',
    told: 'Fifteen customers have roles of their own with pools of three, opened by one program on two hosts.',
    version: 14,
    uptimeMs: 75 * DAY,
    used: 45 + 7,
    beside: 7,
    truth: pooled('*_app'),
    play: async (scene) => {
      const names = [
        'acme',
        'globex',
        'initech',
        'umbrella',
        'stark',
        'wayne',
        'hooli',
        'soylent',
        'tyrell',
        'wonka',
        'oscorp',
        'gekko',
        'vandelay',
        'cyberdyne',
        'massive',
      ];
      for (const name of names)
        await fill(
          scene,
          { user: `${name}_app`, application: 'PostgreSQL JDBC Driver', address: '127.0.106.4' },
          3,
          { gapMs: 60, prepared: 'SET extra_float_digits = 3' },
        );
      scene.clock.ahead(30 * HOUR);
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-puma-workers',
    told: 'Puma names each worker with its number and process; six workers on two hosts keep pools of eight.',
    version: 16,
    uptimeMs: 13 * DAY,
    used: 48 + 8,
    beside: 8,
    truth: pooled('rails'),
    play: async (scene) => {
      for (const [at, address] of hosts(107, 6).entries())
        await fill(
          scene,
          {
            user: 'rails',
            application: `puma: cluster worker ${at % 3}: ${1200 + at * 17} [shop]`,
            address: at < 3 ? '127.0.107.10' : address,
          },
          8,
          { gapMs: 700 },
        );
      scene.clock.ahead(22 * HOUR);
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-pdo',
    told: 'PHP-FPM keeps persistent PDO connections on three hosts, opened 14 hours ago.',
    version: 15,
    uptimeMs: 28 * DAY,
    used: 42 + 9,
    beside: 9,
    truth: pooled('wiki'),
    play: async (scene) => {
      await pdo(scene, 'wiki', hosts(108, 3), 14);
      scene.clock.ahead(14 * HOUR);
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-superuser',
    told: 'An application logs in as a superuser; its pool of 40 takes all but some slots, the reserved ones as well.',
    version: 17,
    uptimeMs: 45 * DAY,
    used: 46,
    beside: 6,
    truth: pooled('owner'),
    play: async (scene) => {
      await scene.role('owner', 'SUPERUSER');
      for (const address of hosts(109, 2))
        await fill(scene, { user: 'owner', application: 'erp', address }, 20, { gapMs: 35 });
      scene.clock.ahead(4 * DAY);
    },
  }),
  slowStory({
    name: 'oversized-idle-pools-listeners-of-a-day',
    told: 'Thirty workers opened a listening session each, two minutes apart, a day ago; nothing was opened since.',
    version: 16,
    uptimeMs: 16 * DAY,
    used: 30 + 10,
    beside: 10,
    truth: {
      causes: ['oversized-idle-pools', 'unclear'],
      culprits: [{ user: 'events' }],
      lacksEvidence: true,
    },
    play: async (scene) => {
      for (let at = 0; at < 30; at += 1) {
        const client = await scene.open({ user: 'events', application: 'listener', address: '127.0.110.5' });
        await client.query('LISTEN jobs');
        scene.clock.ahead(2 * MINUTE);
      }
      scene.clock.ahead(25 * HOUR);
    },
  }),
];
