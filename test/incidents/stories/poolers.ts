import { randomInt } from 'node:crypto';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemUser } from '../../support/postgres-binaries.ts';
import { waitUntil } from '../../support/wait-until.ts';
import type { As, Scene } from '../scene.ts';
import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

type Pooled = { readonly port: number };

/** Debian's PgBouncer before the scene's server. Clients log in to it without a password. */
/** Where Debian's package has it. */
export const PGBOUNCER = '/usr/sbin/pgbouncer';

export async function startPgBouncer(
  scene: Scene,
  ini: readonly string[],
  users: readonly string[],
): Promise<Pooled> {
  const port = randomInt(10_000, 19_000);
  const folder = join(scene.server.folder, 'pgbouncer');
  const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = await systemUser();
  mkdirSync(folder);
  const roles = await Promise.all(users.map((user) => scene.role(user)));
  const list = roles.map(({ user, password }) => `"${user}" "${password}"\n`).join('');
  const { host, port: serverPort } = scene.server;
  const lines = [
    '[databases]',
    `* = host=${host} port=${serverPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users')}`,
    'max_client_conn = 500',
    ...ini,
  ];
  for (const [name, text] of [
    ['users', list],
    ['ini', `${lines.join('\n')}\n`],
  ] as const) {
    writeFileSync(join(folder, name), text);
    chownSync(join(folder, name), uid, gid);
  }
  chownSync(folder, uid, gid);
  scene.program(PGBOUNCER, [join(folder, 'ini')], scene.clock.environment, { uid, gid });
  await waitUntil(
    () =>
      scene.open({ user: users[0] ?? '', through: { host: '127.0.0.1', port } }).then(
        (client) => client.end().then(() => true),
        () => false,
      ),
    { what: 'PgBouncer answered', everyMs: 100 },
  );
  return { port };
}

/** Clients of the pooler that all work at the same moment, so that it opens as many sessions as it may. */
export async function rush(scene: Scene, { port }: Pooled, as: readonly As[], each: number): Promise<void> {
  const through = { host: '127.0.0.1', port };
  const clients = await Promise.all(
    as.flatMap((one) => Array.from({ length: each }, () => scene.open({ ...one, through }))),
  );
  await Promise.all(clients.map((client) => client.query('SELECT pg_sleep(2.5)')));
  for (const client of clients) await client.end();
}

const users = (names: readonly string[], applications: readonly string[]) =>
  names.flatMap((user) => applications.map((application) => ({ user, application })));

export const POOLERS: readonly Story[] = [
  {
    name: 'pooler-oversized-session-mode',
    told: 'PgBouncer in session mode with a pool of 36, filled by one rush of three programs of one login, and hardly used since.',
    version: 16,
    settings: { max_connections: 50, ...DEFAULT_RESERVES },
    paces: [60],
    // When a client leaves, the pooler's reset of the session removes the application's name: what is left of one login
    // looks like a pool that resets its sessions itself.
    truth: { causes: ['pooler-oversized', 'oversized-idle-pools'], culprits: [{ user: 'app' }] },
    play: async (scene) => {
      const pooler = await startPgBouncer(scene, ['pool_mode = session', 'default_pool_size = 36'], ['app']);
      const named = ['web', 'web', 'web', 'cron', 'mail', 'cron'].map((application) => ({
        user: 'app',
        application,
      }));
      await rush(scene, pooler, named, 6);
      await scene.busy({ user: 'office', application: 'office', address: '127.0.61.2' }, 8, 1);
      await scene.wait(1_500);
      await scene.refuse({ user: 'office', application: 'office', address: '127.0.61.2' }, 2);
    },
  },
  {
    name: 'pooler-oversized-per-user',
    told: 'PgBouncer in transaction mode opens ten sessions for each of four users, whose sum nobody has thought of.',
    version: 14,
    settings: { max_connections: 52, superuser_reserved_connections: 3 },
    paces: [100],
    expected: {
      cause: 'pooler-oversized',
      confidence: 'medium',
      culprits: [{ ...group('a', 'red'), sessions: 4, cause: 'pooler-oversized' }],
    },
    play: async (scene) => {
      const names = ['red', 'green', 'blue', 'grey'];
      const pooler = await startPgBouncer(
        scene,
        ['pool_mode = transaction', 'default_pool_size = 10'],
        names,
      );
      const applications = ['a', 'a', 'b', 'c', 'c'];
      await rush(scene, pooler, users(names, applications), 2);
      await scene.busy({ user: 'office', application: 'office', address: '127.0.62.2' }, 9, 1);
      await scene.wait(800);
      await scene.refuse({ user: 'office', application: 'office', address: '127.0.62.2' }, 2);
    },
  },
  {
    name: 'pooler-oversized-named-by-the-policy',
    told: 'PgBouncer with nameless clients of one login; only the policy knows that its address is a pooler.',
    version: 18,
    settings: { max_connections: 60, ...DEFAULT_RESERVES },
    paces: [200],
    policy: { protect: { poolers: ['127.0.0.1/32'] } },
    expected: {
      cause: 'pooler-oversized',
      confidence: 'high',
      culprits: [{ ...group('', 'tickets'), sessions: 40, cause: 'pooler-oversized' }],
    },
    play: async (scene) => {
      const pooler = await startPgBouncer(
        scene,
        ['pool_mode = transaction', 'default_pool_size = 40'],
        ['tickets'],
      );
      await rush(scene, pooler, [{ user: 'tickets' }], 40);
      await scene.busy({ user: 'office', application: 'office', address: '127.0.63.2' }, 14, 1);
      await scene.wait(900);
      await scene.refuse({ user: 'office', application: 'office', address: '127.0.63.2' }, 2);
    },
  },
];
