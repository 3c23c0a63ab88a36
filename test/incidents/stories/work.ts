import type { Story } from '../story.ts';
import { DEFAULT_RESERVES, group } from './stage.ts';

const LONG = 'SELECT count(*) FROM pg_catalog.pg_class, pg_sleep(600)';

/** Sessions that are all at work. */
export const WORK: readonly Story[] = [
  {
    name: 'traffic-spike-one-service',
    told: 'A shop that has run for a while on six sessions gets a rush: within a second it opens forty more, and all of them work.',
    version: 16,
    settings: { max_connections: 60, ...DEFAULT_RESERVES },
    expected: {
      cause: 'traffic-spike',
      confidence: 'medium',
      culprits: [{ ...group('storefront', 'shop'), sessions: 46, cause: 'traffic-spike' }],
    },
    play: async (scene) => {
      const as = { user: 'shop', application: 'storefront', address: '127.0.21.1' };
      await scene.busy(as, 6, 10);
      await scene.busy({ user: 'office', application: 'office' }, 8, 100);
      await scene.wait(12_000);
      await scene.busy(as, 40, 20, 'SELECT pg_sleep(0.05)');
      await scene.refuse({ ...as, address: '127.0.21.2' }, 6);
    },
  },
  {
    name: 'traffic-spike-pgbench',
    told: 'pgbench with 45 clients starts on a server with a small pool that has been there for long.',
    version: 15,
    settings: { max_connections: 60, superuser_reserved_connections: 3 },
    paces: [40],
    expected: {
      cause: 'traffic-spike',
      confidence: 'medium',
      culprits: [{ ...group('pgbench', 'load'), sessions: 45, cause: 'traffic-spike' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office' }, 12, 5);
      await scene.wait(10_000);
      await scene.pgbench({ user: 'load' }, 45, 'SELECT pg_sleep(0.02);');
      await scene.wait(900);
      await scene.refuse({ user: 'office', application: 'office' }, 3);
    },
  },
  {
    name: 'traffic-spike-three-pods',
    told: 'A campaign starts: three pods of an API without a name grow from two sessions to fourteen each.',
    version: 18,
    settings: { max_connections: 64, ...DEFAULT_RESERVES },
    paces: [120],
    expected: {
      cause: 'traffic-spike',
      confidence: 'medium',
      culprits: [{ ...group('', 'campaign'), sessions: 42, cause: 'traffic-spike' }],
    },
    play: async (scene) => {
      const pods = [1, 2, 3].map((at) => ({ user: 'campaign', address: `127.0.22.${at}` }));
      for (const pod of pods) await scene.busy(pod, 2, 1);
      await scene.busy({ user: 'office', application: 'office' }, 14, 2);
      await scene.wait(14_000);
      for (const pod of pods) {
        await scene.busy(pod, 12, 1, 'SELECT pg_sleep(0.03)');
        await scene.wait(250);
      }
      await scene.busy({ user: 'office', application: 'office' }, 2, 2);
      await scene.refuse({ user: 'campaign', address: '127.0.22.4' }, 9);
    },
  },
  {
    name: 'slow-queries-reports',
    told: 'Reports run a statement of minutes, thirty at once, recorded as they were; a pool works beside them.',
    version: 17,
    settings: { max_connections: 48, ...DEFAULT_RESERVES },
    expected: {
      cause: 'slow-queries',
      confidence: 'high',
      culprits: [{ ...group('reports', 'analyst'), sessions: 32, cause: 'slow-queries' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 10, 30);
      const clients = await scene.pool(
        { user: 'analyst', application: 'reports', address: '127.0.23.1' },
        32,
      );
      for (const client of clients) scene.start(client, LONG);
      await scene.wait(11_500);
      await scene.refuse({ user: 'analyst', application: 'reports' }, 3);
    },
  },
  {
    name: 'slow-queries-nameless',
    told: 'Workers without a name on two hosts came one after the other, each at a statement that does not end.',
    version: 14,
    settings: { max_connections: 40, superuser_reserved_connections: 3 },
    paces: [100],
    expected: {
      cause: 'slow-queries',
      confidence: 'high',
      culprits: [{ ...group('', 'batch'), sessions: 30, cause: 'slow-queries' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 7, 2);
      for (let at = 0; at < 30; at += 1) {
        const client = await scene.open({ user: 'batch', address: `127.0.24.${at % 2 === 0 ? 1 : 2}` });
        scene.start(
          client,
          at < 2 ? 'SELECT sum(a.oid::int8 * b.oid::int8) FROM pg_class a, pg_class b, pg_class c' : LONG,
        );
        await scene.wait(70);
      }
      await scene.refuse({ user: 'batch' }, 2);
    },
  },
  {
    name: 'slow-queries-api-without-index',
    told: 'An API whose pool is all at slow statements but for a few that rest; an alarm says so, and no line of the log.',
    version: 18,
    settings: { max_connections: 36, ...DEFAULT_RESERVES },
    trigger: 'alarm',
    paces: [45],
    expected: {
      cause: 'slow-queries',
      confidence: 'medium',
      culprits: [{ ...group('search-api', 'search'), sessions: 24, cause: 'slow-queries' }],
    },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront' }, 6, 2);
      const clients = await scene.pool({ user: 'search', application: 'search-api' }, 24);
      await scene.request(clients);
      for (const client of clients.slice(0, 17)) scene.start(client, LONG);
      await scene.wait(1_000);
    },
  },
  {
    name: 'limit-too-low-many-services',
    told: 'Eight services, each with a handful of sessions that work all the time, on a server of forty.',
    version: 16,
    settings: { max_connections: 46, ...DEFAULT_RESERVES },
    expected: { cause: 'limit-too-low', confidence: 'medium', culprits: [] },
    play: async (scene) => {
      for (let at = 0; at < 8; at += 1)
        await scene.busy(
          { user: `team_${at}`, application: `service-${'abcdefgh'[at]}`, address: `127.0.25.${at + 1}` },
          5,
          15,
        );
      await scene.wait(6_000);
      await scene.refuse({ user: 'team_1', application: 'service-b' }, 5);
    },
  },
  {
    name: 'limit-too-low-pgbench',
    told: 'Four runs of pgbench and two small pools, all at work for longer than anybody has waited.',
    version: 15,
    settings: { max_connections: 35, superuser_reserved_connections: 3 },
    expected: { cause: 'limit-too-low', confidence: 'medium', culprits: [] },
    play: async (scene) => {
      for (const user of ['north', 'south', 'east', 'west'])
        await scene.pgbench({ user }, 6, 'SELECT pg_sleep(0.01);');
      await scene.busy({ user: 'shop', application: 'storefront' }, 5, 10);
      await scene.busy({ user: 'office', application: 'office' }, 3, 30);
      await scene.wait(7_000);
      await scene.refuse({ user: 'shop', application: 'storefront' }, 2);
    },
  },
  {
    name: 'limit-too-low-tiny-server',
    told: 'A server of twenty slots for five services of a growing company; all sessions are used again and again.',
    version: 14,
    settings: { max_connections: 20, superuser_reserved_connections: 2 },
    expected: { cause: 'limit-too-low', confidence: 'medium', culprits: [] },
    play: async (scene) => {
      for (const [at, user] of ['crm', 'wiki', 'shop', 'mail', 'chat'].entries())
        await scene.busy({ user, application: at % 2 === 0 ? user : '' }, at < 3 ? 4 : 3, 120);
      await scene.wait(6_000);
      await scene.refuse({ user: 'crm', application: 'crm' }, 3);
    },
  },
];
