import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

/** Debian's psql, left open. Keep two slots free: the query that looks for these sessions takes one. */
export async function leaveOpen(scene: Scene, user: string, count: number, before = 0): Promise<void> {
  const environment = await scene.environment({ user });
  for (let at = 0; at < count; at += 1)
    scene.program('psql', ['-X'], environment).stdin?.write('SELECT now();\n');
  await scene.until(`usename = '${user}' AND query <> ''`, before + count);
}

export const TOOLS: readonly Story[] = [
  {
    name: 'developer-tools-psql',
    told: 'Scripts of one role have started psql again and again and left it open.',
    version: 15,
    settings: { max_connections: 40, superuser_reserved_connections: 3 },
    paces: [900],
    expected: {
      cause: 'developer-tools',
      confidence: 'high',
      culprits: [{ ...group('psql', 'ops'), sessions: 27, cause: 'developer-tools' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 7, 1);
      await leaveOpen(scene, 'ops', 27);
      await scene.busy({ user: 'shop', application: 'storefront' }, 3, 1);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 2);
    },
  },
  {
    name: 'developer-tools-many-people',
    told: 'Nine people have DBeaver, pgAdmin or DataGrip open with some sessions each; no group is large.',
    version: 17,
    settings: { max_connections: 50, ...DEFAULT_RESERVES },
    paces: [1_500],
    expected: {
      cause: 'developer-tools',
      confidence: 'high',
      culprits: [
        { ...group('DBeaver 24.2.0 - Main <orders>', 'dev_1'), sessions: 5, cause: 'developer-tools' },
      ],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 12, 1);
      const names = ['DBeaver 24.2.0 - Main <orders>', 'pgAdmin 4 - DB:postgres', 'DataGrip 2024.2.2'];
      for (let at = 1; at <= 9; at += 1) {
        const as = { user: `dev_${at}`, application: names[(at - 1) % 3] ?? '', address: `127.0.41.${at}` };
        await scene.request(await scene.pool(as, at === 1 ? 5 : at < 4 ? 4 : 3));
        await scene.wait(100);
      }
      await scene.busy({ user: 'office', application: 'office' }, 1, 1);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 3);
    },
  },
  {
    name: 'developer-tools-in-transactions',
    told: 'psql and DataGrip without autocommit: most sessions rest inside a transaction. A pool works beside them.',
    version: 18,
    settings: { max_connections: 36, ...DEFAULT_RESERVES },
    paces: [400],
    expected: {
      cause: 'developer-tools',
      confidence: 'high',
      culprits: [{ ...group('DataGrip 2023.3', 'analyst'), sessions: 12, cause: 'developer-tools' }],
    },
    play: async (scene) => {
      await leaveOpen(scene, 'ops', 8);
      const clients = await scene.pool({ user: 'analyst', application: 'DataGrip 2023.3' }, 12);
      for (const client of clients.slice(2)) await client.query('BEGIN').then(() => client.query('SELECT 1'));
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 1);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 3);
    },
  },
  {
    name: 'monitoring-hog-exporter',
    told: 'An exporter without a pool limit keeps thirty sessions open and asks on some of them.',
    version: 16,
    settings: { max_connections: 50, ...DEFAULT_RESERVES },
    expected: {
      cause: 'monitoring-hog',
      confidence: 'high',
      culprits: [{ ...group('postgres_exporter', 'metrics'), sessions: 30, cause: 'monitoring-hog' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 14, 40);
      const as = { user: 'metrics', application: 'postgres_exporter', address: '127.0.42.1' };
      await scene.pool(as, 24);
      await scene.busy(as, 6, 20);
      await scene.wait(2_000);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 2);
    },
  },
  {
    name: 'monitoring-hog-pghero',
    told: 'PgHero with a pool of twenty on two hosts, hardly used.',
    version: 14,
    settings: { max_connections: 55, superuser_reserved_connections: 3 },
    paces: [1_000],
    expected: {
      cause: 'monitoring-hog',
      confidence: 'high',
      culprits: [{ ...group('PgHero', 'hero'), sessions: 40, cause: 'monitoring-hog' }],
    },
    play: async (scene) => {
      for (const address of ['127.0.43.1', '127.0.43.2'])
        await scene.request(await scene.pool({ user: 'hero', application: 'PgHero', address }, 20));
      await scene.busy({ user: 'shop', application: 'storefront' }, 12, 1);
      await scene.wait(500);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 4);
    },
  },
  {
    name: 'monitoring-hog-several-agents',
    told: 'Three agents watch the same server, each with a session for each of its checks, most of them at work.',
    version: 18,
    settings: { max_connections: 42, superuser_reserved_connections: 4 },
    expected: {
      cause: 'monitoring-hog',
      confidence: 'high',
      culprits: [{ ...group('datadog-agent', 'dd'), sessions: 12, cause: 'monitoring-hog' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'dd', application: 'datadog-agent' }, 12, 5, 'SELECT pg_sleep(0.1)');
      await scene.busy({ user: 'zbx', application: 'zabbix_agentd' }, 9, 5, 'SELECT pg_sleep(0.1)');
      await scene.pool({ user: 'watch', application: 'pgwatch3' }, 6);
      await scene.busy({ user: 'shop', application: 'storefront' }, 11, 40);
      await scene.wait(1_500);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 2);
    },
  },
];
