import { openUnproven } from '../../../support/half-open.ts';
import type { Story } from '../../story.ts';
import { rush, startPgBouncer } from '../poolers.ts';
import { causeOf } from './cause-of.ts';
import { DAY, fill, HOUR, hosts, MINUTE, slowStory } from './slow-story.ts';
export const SLOW_LIMITS: readonly Story[] = [
  slowStory({
    name: 'unclear-alarm-with-room',
    told: 'An alarm, and 26 of 100 slots used: two pools at rest and a few that work.',
    version: 16,
    uptimeMs: 30 * DAY,
    used: 26,
    beside: 8,
    free: 74,
    trigger: 'alarm',
    truth: { causes: ['unclear'], culprits: null },
    play: async (scene) => {
      for (const address of hosts(131, 2))
        await fill(scene, { user: 'crm', application: 'crm', address }, 9, { gapMs: 40 });
      scene.clock.ahead(2 * DAY);
    },
  }),
  slowStory({
    name: 'unclear-alarm-and-a-small-leak',
    told: 'An alarm, and 15 of 60 slots used; ten of them were opened one an hour.',
    version: 18,
    uptimeMs: 3 * DAY,
    used: 15,
    beside: 5,
    free: 45,
    trigger: 'alarm',
    truth: { causes: ['unclear'], culprits: null },
    play: async (scene) => {
      for (let at = 0; at < 10; at += 1) {
        await scene.request([
          await scene.open({ user: 'tags', application: 'tags', address: '127.0.132.3' }),
        ]);
        scene.clock.ahead(HOUR);
      }
    },
  }),
  slowStory({
    name: 'role-limit-leak-of-a-day',
    told: 'A role may have 18 sessions and has leaked all of them within a day; the server has room.',
    version: 16,
    uptimeMs: 27 * DAY,
    used: 18 + 12,
    beside: 12,
    free: 60,
    refusesItself: true,
    // A leak within a limit is a leak.
    truth: { causes: ['connection-leak', 'role-limit'], culprits: [{ user: 'sync' }] },
    play: async (scene) => {
      await scene.role('sync', 'CONNECTION LIMIT 18');
      for (let at = 0; at < 18; at += 1) {
        await scene.request([
          await scene.open({ user: 'sync', application: 'sync', address: '127.0.133.3' }),
        ]);
        scene.clock.ahead(80 * MINUTE);
      }
      await scene.refuse({ user: 'sync', application: 'sync' }, 4);
    },
  }),
  slowStory({
    name: 'role-limit-pools-of-weeks',
    told: 'A role may have 24 sessions, which two pools have held at rest for two weeks.',
    version: 14,
    uptimeMs: 70 * DAY,
    used: 24 + 9,
    beside: 9,
    free: 40,
    refusesItself: true,
    truth: causeOf('role-limit', 'stats'),
    play: async (scene) => {
      await scene.role('stats', 'CONNECTION LIMIT 24');
      for (const address of hosts(134, 2))
        await fill(scene, { user: 'stats', application: 'stats', address }, 12, { gapMs: 50 });
      scene.clock.ahead(14 * DAY);
      await scene.refuse({ user: 'stats', application: 'stats' }, 3);
    },
  }),
  slowStory({
    name: 'database-limit-of-days',
    told: 'A database takes 20 sessions, which three services have held for six days.',
    version: 17,
    uptimeMs: 21 * DAY,
    used: 20 + 10,
    beside: 10,
    free: 50,
    refusesItself: true,
    truth: { causes: ['database-limit'], culprits: [{ user: 'svc_*' }] },
    play: async (scene) => {
      await scene.database('orders', 'CONNECTION LIMIT 20');
      for (const [name, size] of [
        ['svc_a', 9],
        ['svc_b', 6],
        ['svc_c', 5],
      ] as const)
        await fill(
          scene,
          { user: name, application: name, database: 'orders', address: '127.0.135.3' },
          size,
          { gapMs: 40 },
        );
      scene.clock.ahead(6 * DAY);
      await scene.refuse({ user: 'svc_a', application: 'svc_a', database: 'orders' }, 5);
    },
  }),
  slowStory({
    name: 'half-open-clients-on-an-old-server',
    told: 'Thirty logins never end, on a server that has run for 110 days.',
    version: 18,
    uptimeMs: 110 * DAY,
    used: 30 + 11,
    authentication: 'scram',
    truth: { causes: ['half-open-clients'], culprits: null },
    play: async (scene) => {
      await scene.busy({ user: 'shop', application: 'storefront', address: '127.0.136.4' }, 11, 60);
      const halfOpen = await openUnproven(scene.server, 'shop', 30);
      scene.use({ [Symbol.asyncDispose]: halfOpen.close });
      await scene.wait(5_000);
    },
  }),
  slowStory({
    name: 'pooler-oversized-for-two-days',
    told: 'PgBouncer in session mode has kept twelve sessions for each of three users since a rush two days ago.',
    version: 16,
    uptimeMs: 20 * DAY,
    used: 36 + 9,
    beside: 9,
    truth: { causes: ['pooler-oversized'], culprits: [{ user: 'red' }, { user: 'green' }, { user: 'blue' }] },
    play: async (scene) => {
      const names = ['red', 'green', 'blue'];
      const ini = [
        'pool_mode = session',
        'default_pool_size = 12',
        'server_idle_timeout = 0',
        'server_lifetime = 8640000',
      ];
      const pooler = await startPgBouncer(scene, ini, names);
      await rush(
        scene,
        pooler,
        names.map((user) => ({ user, application: `${user}-web` })),
        12,
      );
      await scene.pass(2 * DAY);
    },
  }),
  slowStory({
    name: 'pooler-oversized-that-rotates',
    told: 'PgBouncer in session mode keeps at least 14 sessions for each of three users and replaces each after an hour, for a day.',
    version: 17,
    uptimeMs: 9 * DAY,
    used: 42 + 8,
    beside: 8,
    // No client has used the new sessions: nothing on them tells of a pooler.
    truth: {
      causes: ['pooler-oversized', 'oversized-idle-pools'],
      culprits: [{ user: 'north' }, { user: 'south' }, { user: 'west' }, { user: '*' }],
      lacksEvidence: true,
    },
    play: async (scene) => {
      const names = ['north', 'south', 'west'];
      const ini = [
        'pool_mode = session',
        'default_pool_size = 14',
        'min_pool_size = 14',
        'server_idle_timeout = 0',
        'server_lifetime = 3600',
      ];
      const pooler = await startPgBouncer(scene, ini, names);
      for (const user of names) await scene.open({ user, through: { host: '127.0.0.1', port: pooler.port } });
      for (let hour = 0; hour < 24; hour += 1) {
        scene.clock.ahead(HOUR);
        await scene.wait(1_500);
      }
      const all = names.map((name) => `'${name}'`).join(', ');
      await scene.until(`usename IN (${all})`, 42);
    },
  }),
];
