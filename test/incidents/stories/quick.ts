import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

/** Servers that fill within seconds, as in a load test or after a bad deploy. A short time gives little evidence. */
export const QUICK: readonly Story[] = [
  {
    name: 'connection-leak-each-request',
    told: 'A service opens a session for each request, thirty of them a second one after the other, and closes none; found twelve seconds later.',
    version: 18,
    settings: { max_connections: 40, ...DEFAULT_RESERVES },
    expected: {
      cause: 'connection-leak',
      confidence: 'medium',
      culprits: [{ ...group('', 'orders'), sessions: 28, cause: 'connection-leak' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 6, 40);
      await scene.leak([{ user: 'orders', address: '127.0.91.1' }], 28, 30, 0);
      await scene.refuse({ user: 'orders', address: '127.0.91.1' }, 2);
      await scene.wait(12_000);
    },
  },
  {
    name: 'connection-leak-at-random',
    told: 'A session is leaked whenever an error happens, at random, on three hosts.',
    version: 16,
    settings: { max_connections: 56, ...DEFAULT_RESERVES },
    paces: [300],
    expected: {
      cause: 'connection-leak',
      confidence: 'medium',
      culprits: [{ ...group('quotes', 'quotes'), sessions: 42, cause: 'connection-leak' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 1);
      for (let at = 0; at < 42; at += 1) {
        const address = `127.0.92.${1 + Math.floor(Math.random() * 3)}`;
        await scene.request([await scene.open({ user: 'quotes', application: 'quotes', address })]);
        await scene.wait(-Math.log(1 - Math.random()) * 300);
      }
      await scene.refuse({ user: 'quotes', application: 'quotes' }, 3);
    },
  },
  {
    name: 'oversized-idle-pools-prepared',
    told: 'A driver opens its pool session by session, prepares each, and hardly ever uses one.',
    version: 17,
    settings: { max_connections: 45, ...DEFAULT_RESERVES },
    expected: {
      cause: 'oversized-idle-pools',
      confidence: 'high',
      culprits: [
        { ...group('PostgreSQL JDBC Driver', 'flink'), sessions: 32, cause: 'oversized-idle-pools' },
      ],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 7, 40);
      for (let at = 0; at < 32; at += 1) {
        const address = at < 16 ? '127.0.93.1' : '127.0.93.2';
        const client = await scene.open({ user: 'flink', application: 'PostgreSQL JDBC Driver', address });
        await client.query('SET extra_float_digits = 3');
      }
      await scene.wait(12_000);
      await scene.refuse({ user: 'flink', application: 'PostgreSQL JDBC Driver' }, 2);
    },
  },
  {
    name: 'oversized-idle-pools-shared-work',
    told: 'pgbench with 24 clients for one transaction a second, which each of them does now and then.',
    version: 15,
    settings: { max_connections: 34, superuser_reserved_connections: 3 },
    expected: {
      cause: 'oversized-idle-pools',
      confidence: 'medium',
      culprits: [{ ...group('pgbench', 'load'), sessions: 24, cause: 'oversized-idle-pools' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 6, 40);
      await scene.pgbench({ user: 'load' }, 24, 'SELECT count(*) FROM pg_class;', ['-R', '1']);
      await scene.wait(12_000);
      await scene.busy({ user: 'shop', application: 'storefront' }, 1, 40);
      await scene.refuse({ user: 'load', application: 'pgbench' }, 2);
    },
  },
  {
    name: 'traffic-spike-on-a-young-server',
    told: 'A load test takes nearly all slots of a server that has just started, and works on all of them.',
    version: 18,
    settings: { max_connections: 36, ...DEFAULT_RESERVES },
    expected: {
      cause: 'traffic-spike',
      confidence: 'medium',
      culprits: [{ ...group('pgbench', 'load'), sessions: 25, cause: 'traffic-spike' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 4, 40);
      await scene.pgbench({ user: 'load' }, 25, 'SELECT pg_sleep(0.02);');
      await scene.wait(10_000);
      await scene.busy({ user: 'shop', application: 'storefront' }, 1, 40);
      await scene.refuse({ user: 'load', application: 'pgbench' }, 2);
    },
  },
  {
    name: 'unclear-rush-is-over',
    told: 'The log tells of refusals, and when the run looks seconds later there is room again.',
    version: 17,
    settings: { max_connections: 40, ...DEFAULT_RESERVES },
    expected: { cause: 'unclear', confidence: 'low', culprits: [] },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 20);
      const rush = await scene.pool({ user: 'batch', application: 'batch' }, 24);
      await scene.refuse({ user: 'shop' }, 4);
      for (const client of rush) await client.end();
      await scene.wait(6_500);
    },
  },
];
