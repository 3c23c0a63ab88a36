import type { As, Scene } from '../scene.ts';
import type { Story } from '../story.ts';

const pods = (count: number, as: As, net = 1): readonly As[] =>
  Array.from({ length: count }, (_, at) => ({ ...as, address: `127.0.${net}.${at + 10}` }));

async function storefront(scene: Scene, count: number): Promise<void> {
  await scene.busy({ user: 'shop', application: 'storefront', address: '127.0.9.7' }, count, 60);
}

/** One program opens a session now and then, and never closes it. */
export const LEAKS: readonly Story[] = [
  {
    name: 'connection-leak-nameless-pods',
    told: 'Three pods of billing set no application name. Each opened two sessions at its start, then together they leaked one every 400 ms, until clients were refused; storefront worked beside them.',
    version: 16,
    settings: { max_connections: 60, superuser_reserved_connections: 3, reserved_connections: 3 },
    // 9,000 an hour as recorded.
    paces: [18, 90, 1_800],
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        {
          application: '',
          user: 'billing',
          database: 'postgres',
          sessions: 48,
          cause: 'connection-leak',
          perHour: 9_000,
        },
      ],
    },
    play: async (scene) => {
      await storefront(scene, 6);
      const from = pods(3, { user: 'billing' });
      for (const pod of from) await scene.pool(pod, 2);
      await scene.leak(from, 42, 400);
      await scene.refuse({ user: 'shop', application: 'storefront', address: '127.0.9.8' }, 4);
    },
  },
  {
    name: 'connection-leak-real-time',
    told: 'One worker leaked a session every 7.2 s, 500 an hour, recorded as it was, beside a pool of five that worked.',
    version: 18,
    settings: { max_connections: 30, superuser_reserved_connections: 3, reserved_connections: 3 },
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        {
          application: 'mailer',
          user: 'mail',
          database: 'postgres',
          sessions: 19,
          cause: 'connection-leak',
          perHour: 500,
        },
      ],
    },
    play: async (scene) => {
      await storefront(scene, 5);
      await scene.leak([{ user: 'mail', application: 'mailer' }], 19, 7_200, 0.4);
      await scene.refuse({ user: 'mail', application: 'mailer' }, 3);
    },
  },
  {
    name: 'connection-leak-name-per-pod',
    told: 'A worker names itself after its pod, so that its sessions make four groups; one pod leaked as much as the other three.',
    version: 15,
    settings: { max_connections: 50, superuser_reserved_connections: 3 },
    paces: [120],
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        {
          application: 'export-*',
          user: 'export',
          database: 'postgres',
          sessions: 40,
          cause: 'connection-leak',
          perHour: 7_200,
        },
      ],
    },
    play: async (scene) => {
      await storefront(scene, 7);
      const pod = (name: string, at: number) => ({
        user: 'export',
        application: `export-7d9c6b5f4-${name}`,
        address: `127.0.2.${at}`,
      });
      const [a, b, c, d] = [pod('x2k9p', 1), pod('bq8zt', 2), pod('m4wvn', 3), pod('7hgcd', 4)];
      await scene.leak([a, b, a, c, a, d], 40, 500);
      await scene.refuse(b, 2);
    },
  },
  {
    name: 'connection-leak-tenants',
    told: 'A service with a database for each of twelve tenants leaked in all of them: no group has more than a few sessions.',
    version: 14,
    settings: { max_connections: 70, superuser_reserved_connections: 3 },
    paces: [400],
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        {
          application: 'saas-api',
          user: 'saas',
          database: '*',
          sessions: 57,
          cause: 'connection-leak',
          perHour: 10_286,
        },
      ],
    },
    play: async (scene) => {
      await storefront(scene, 10);
      const tenants = Array.from({ length: 12 }, (_, at) => `tenant_${at + 1}`);
      for (const tenant of tenants) await scene.database(tenant);
      const of = (database: string): As => ({
        user: 'saas',
        application: 'saas-api',
        database,
        address: '127.0.3.3',
      });
      // The first tenant is the busiest.
      const order = ['tenant_1', ...tenants.slice(1, 6), 'tenant_1', ...tenants.slice(6)].map(of);
      await scene.leak(order, 57, 350);
      await scene.refuse(of('tenant_2'), 5);
    },
  },
  {
    name: 'connection-leak-thousands-an-hour',
    told: 'A job leaked a session each second, 3,600 an hour, recorded as it was.',
    version: 17,
    settings: { max_connections: 40, superuser_reserved_connections: 3, reserved_connections: 3 },
    trigger: 'alarm',
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        {
          application: 'import',
          user: 'etl',
          database: 'postgres',
          sessions: 29,
          cause: 'connection-leak',
          perHour: 3_600,
        },
      ],
    },
    play: async (scene) => {
      await storefront(scene, 4);
      await scene.leak(pods(2, { user: 'etl', application: 'import' }, 4), 29, 1_000, 0.6);
    },
  },
];
