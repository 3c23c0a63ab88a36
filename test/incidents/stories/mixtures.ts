import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

/** Two causes at the same time, each with its share. */
export const MIXTURES: readonly Story[] = [
  {
    name: 'mixture-leak-and-left-transactions',
    told: 'A worker leaks while a web application leaves its transactions open; the leak is a little larger.',
    version: 16,
    settings: { max_connections: 70, ...DEFAULT_RESERVES },
    paces: [150],
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        { ...group('mailer', 'mail'), sessions: 32, cause: 'connection-leak', perHour: 12_000 },
        { ...group('booking', 'booking'), sessions: 24, cause: 'idle-in-transaction' },
      ],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 1);
      const clients = await scene.pool(
        { user: 'booking', application: 'booking', address: '127.0.71.1' },
        24,
      );
      for (const client of clients.slice(2)) await client.query('BEGIN').then(() => client.query('SELECT 1'));
      await scene.leak([{ user: 'mail', application: 'mailer', address: '127.0.71.2' }], 32, 300);
      await scene.refuse({ user: 'mail', application: 'mailer' }, 3);
    },
  },
  {
    name: 'mixture-slow-queries-and-pools',
    told: 'Reports at long statements hold half of the slots, two pods that keep pools they do not use a third.',
    version: 14,
    settings: { max_connections: 63, superuser_reserved_connections: 3 },
    paces: [120],
    expected: {
      cause: 'slow-queries',
      confidence: 'high',
      culprits: [
        { ...group('reports', 'analyst'), sessions: 28, cause: 'slow-queries' },
        { ...group('', 'catalog'), sessions: 24, cause: 'oversized-idle-pools' },
      ],
    },
    play: async (scene) => {
      for (const address of ['127.0.72.1', '127.0.72.2']) await scene.pool({ user: 'catalog', address }, 12);
      for (const client of await scene.pool({ user: 'analyst', application: 'reports' }, 28))
        scene.start(client, 'SELECT pg_sleep(600)');
      await scene.wait(800);
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 1);
      await scene.wait(500);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 3);
    },
  },
  {
    name: 'mixture-two-leaks',
    told: 'Two services leak at different rates.',
    version: 18,
    settings: { max_connections: 66, ...DEFAULT_RESERVES },
    paces: [80],
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        { ...group('', 'sync'), sessions: 34, cause: 'connection-leak', perHour: 9_000 },
        { ...group('thumbnailer', 'media'), sessions: 17, cause: 'connection-leak', perHour: 4_500 },
      ],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 9, 2);
      const sync = { user: 'sync', address: '127.0.73.1' };
      const media = { user: 'media', application: 'thumbnailer', address: '127.0.73.2' };
      await scene.leak([sync, media, sync], 51, 800 / 3);
      await scene.refuse({ user: 'sync' }, 3);
    },
  },
  {
    name: 'mixture-tools-and-leak',
    told: 'Developers have left DBeaver open on a server where a job leaks.',
    version: 15,
    settings: { max_connections: 55, superuser_reserved_connections: 3 },
    paces: [500],
    expected: {
      cause: 'connection-leak',
      confidence: 'high',
      culprits: [
        { ...group('import', 'etl'), sessions: 26, cause: 'connection-leak', perHour: 10_286 },
        { ...group('DBeaver 23.3.5 - Main <crm>', 'dev'), sessions: 18, cause: 'developer-tools' },
      ],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 1);
      await scene.request(
        await scene.pool(
          { user: 'dev', application: 'DBeaver 23.3.5 - Main <crm>', address: '127.0.74.9' },
          18,
        ),
      );
      await scene.leak([{ user: 'etl', application: 'import', address: '127.0.74.1' }], 26, 350);
      await scene.refuse({ user: 'etl', application: 'import' }, 2);
    },
  },
];

/** Cases in which a wrong guess would cost more than none. */
export const UNCLEAR: readonly Story[] = [
  {
    name: 'unclear-handful',
    told: 'A toy server with five usable slots, all taken by five different programs at rest.',
    version: 16,
    settings: { max_connections: 8, superuser_reserved_connections: 2, reserved_connections: 1 },
    expected: { cause: 'unclear', confidence: 'low', culprits: [] },
    play: async (scene) => {
      for (const user of ['crm', 'wiki', 'shop', 'mail', 'chat']) await scene.pool({ user }, 1);
      await scene.wait(500);
      await scene.refuse({ user: 'crm' }, 2);
    },
  },
  {
    name: 'unclear-over-already',
    told: 'Everybody who was refused has come too early: a rush filled the server and has left again; an alarm tells of it afterwards.',
    version: 14,
    settings: { max_connections: 40, superuser_reserved_connections: 3 },
    trigger: 'alarm',
    expected: { cause: 'unclear', confidence: 'low', culprits: [] },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 20);
      const rush = await scene.pool({ user: 'batch', application: 'batch' }, 29);
      await scene.refuse({ user: 'shop' }, 4);
      for (const client of rush) await client.end();
      await scene.wait(1_000);
    },
  },
  {
    name: 'unclear-a-bit-of-everything',
    told: 'A few sessions of each kind: some rest for long, some wait in transactions, some work; ten programs with three or four each.',
    version: 18,
    settings: { max_connections: 41, ...DEFAULT_RESERVES },
    paces: [40],
    expected: { cause: 'unclear', confidence: 'low', culprits: [] },
    play: async (scene) => {
      for (let at = 0; at < 5; at += 1) {
        await scene.busy({ user: `busy_${at}`, address: `127.0.75.${at + 1}` }, 3, 20);
        for (let back = 0; back < 4; back += 1) {
          const client = await scene.open({ user: `slow_${at}`, address: `127.0.76.${at + 1}` });
          if (at === 0) await client.query('BEGIN').then(() => client.query('SELECT 1'));
          else if (at === 1) scene.start(client, 'SELECT pg_sleep(600)');
          await scene.wait(at > 2 ? 450 - back * 90 : 120);
        }
      }
      await scene.refuse({ user: 'busy_1' }, 2);
    },
  },
  {
    name: 'unclear-blind',
    told: 'Our role may not see the sessions of others: all that it knows is how many there are.',
    version: 17,
    settings: { max_connections: 40, ...DEFAULT_RESERVES },
    expected: { cause: 'unclear', confidence: 'low', culprits: [] },
    play: async (scene) => {
      await scene.server.query('REVOKE pg_read_all_stats FROM headroom');
      await scene.pool({ user: 'batch', application: 'batch' }, 34);
      await scene.refuse({ user: 'batch' }, 2);
    },
  },
];
