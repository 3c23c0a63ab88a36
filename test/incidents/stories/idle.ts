import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

const pods = (count: number, net: number) =>
  Array.from({ length: count }, (_, at) => `127.0.${net}.${at + 10}`);

/** Pools that keep more sessions than they use. */
export const IDLE_POOLS: readonly Story[] = [
  {
    name: 'oversized-idle-pools-four-pods',
    told: 'Four pods of one API opened 12 sessions each when they started; a few are used now and then.',
    version: 16,
    settings: { max_connections: 60, ...DEFAULT_RESERVES },
    paces: [600],
    expected: {
      cause: 'oversized-idle-pools',
      confidence: 'high',
      culprits: [{ ...group('catalog-api', 'catalog'), sessions: 48, cause: 'oversized-idle-pools' }],
    },
    play: async (scene) => {
      for (const address of pods(4, 11)) {
        const as = { user: 'catalog', application: 'catalog-api', address };
        const [first] = await scene.pool(as, 12);
        if (first) await scene.request([first]);
        await scene.wait(1_500);
      }
      await scene.busy({ user: 'shop', application: 'storefront', address: '127.0.9.7' }, 6, 40);
      await scene.refuse({ user: 'shop', application: 'storefront', address: '127.0.9.8' }, 3);
    },
  },
  {
    name: 'oversized-idle-pools-six-services',
    told: 'Six services have a pool of ten each, as by default, which nobody needs: none stands out, their sum does.',
    version: 14,
    settings: { max_connections: 65, superuser_reserved_connections: 3 },
    paces: [900],
    expected: {
      cause: 'oversized-idle-pools',
      confidence: 'high',
      culprits: ['a', 'b', 'c', 'd', 'e'].map((letter) => ({
        ...group('PostgreSQL JDBC Driver', `service_${letter}`),
        sessions: 10,
        cause: 'oversized-idle-pools' as const,
      })),
    },
    play: async (scene) => {
      for (const [at, letter] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
        const as = {
          user: `service_${letter}`,
          application: 'PostgreSQL JDBC Driver',
          address: `127.0.12.${at + 1}`,
        };
        await scene.request((await scene.pool(as, 10)).slice(0, 2));
        await scene.wait(700);
      }
      await scene.pool({ user: 'probe' }, 2);
      await scene.refuse({ user: 'service_a', application: 'PostgreSQL JDBC Driver' }, 2);
    },
  },
  {
    name: 'oversized-idle-pools-after-the-rush',
    told: 'A pool grew while many worked at once, was used for a while, and has rested since without giving anything back.',
    version: 18,
    settings: { max_connections: 45, ...DEFAULT_RESERVES },
    paces: [300],
    trigger: 'alarm',
    expected: {
      cause: 'oversized-idle-pools',
      confidence: 'medium',
      culprits: [{ ...group('tickets', 'events'), sessions: 33, cause: 'oversized-idle-pools' }],
    },
    play: async (scene) => {
      const clients = [];
      for (let at = 0; at < 11; at += 1) {
        clients.push(
          ...(await scene.pool({ user: 'events', application: 'tickets', address: '127.0.13.1' }, 3)),
        );
        await scene.request(clients);
        await scene.wait(150);
      }
      await scene.wait(1_200);
      await scene.busy({ user: 'shop', application: 'storefront' }, 6, 1);
      await scene.wait(1_000);
    },
  },
];

/** Transactions that were begun and left open. */
export const LEFT_TRANSACTIONS: readonly Story[] = [
  {
    name: 'idle-in-transaction-orm',
    told: 'A web application begins a transaction per request and then waits for another service that does not answer.',
    version: 15,
    settings: { max_connections: 50, superuser_reserved_connections: 3 },
    paces: [60],
    expected: {
      cause: 'idle-in-transaction',
      confidence: 'high',
      culprits: [{ ...group('booking', 'booking'), sessions: 38, cause: 'idle-in-transaction' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 9, 20);
      const clients = await scene.pool(
        { user: 'booking', application: 'booking', address: '127.0.14.2' },
        38,
      );
      for (const client of clients.slice(4)) await client.query('BEGIN').then(() => client.query('SELECT 1'));
      await scene.wait(2_000);
      await scene.refuse({ user: 'booking', application: 'booking' }, 4);
    },
  },
  {
    name: 'idle-in-transaction-failed',
    told: 'A nameless job goes on after errors without a rollback, recorded as it was; a pool works beside it.',
    version: 17,
    settings: { max_connections: 40, ...DEFAULT_RESERVES },
    expected: {
      cause: 'idle-in-transaction',
      confidence: 'high',
      culprits: [{ ...group('', 'ledger'), sessions: 26, cause: 'idle-in-transaction' }],
    },
    play: async (scene) => {
      const clients = await scene.pool({ user: 'ledger', address: '127.0.14.9' }, 26);
      for (const client of clients) {
        await client.query('BEGIN');
        await client.query('SELECT 1/0').catch(() => {});
      }
      await scene.busy({ user: 'shop', application: 'storefront' }, 8, 50);
      await scene.wait(11_000);
      await scene.refuse({ user: 'ledger' }, 2);
    },
  },
  {
    name: 'idle-in-transaction-two-pods',
    told: 'Two pods of a worker, each with some sessions at rest and most in a transaction that was opened one after the other.',
    version: 18,
    settings: { max_connections: 70, superuser_reserved_connections: 5 },
    paces: [240],
    expected: {
      cause: 'idle-in-transaction',
      confidence: 'medium',
      culprits: [{ ...group('settle-worker', 'settle'), sessions: 50, cause: 'idle-in-transaction' }],
    },
    play: async (scene) => {
      await scene.pool({ user: 'office', application: 'office', address: '127.0.15.9' }, 5);
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 1);
      for (const address of pods(2, 15)) {
        const clients = await scene.pool({ user: 'settle', application: 'settle-worker', address }, 25);
        for (const client of clients.slice(0, 18)) {
          await client.query('BEGIN').then(() => client.query('SELECT 1'));
          await scene.wait(60);
        }
      }
      await scene.refuse({ user: 'settle', application: 'settle-worker' }, 1);
    },
  },
];
