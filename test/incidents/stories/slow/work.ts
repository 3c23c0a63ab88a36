import type { As, Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { leaveOpen } from '../tools.ts';
import { owe } from '../unfinished.ts';
import { causeOf } from './cause-of.ts';
import { DAY, fill, HOUR, hosts, MINUTE, SECOND, slowStory } from './slow-story.ts';

const SHORT = 'SELECT pg_sleep(0.05)';

/** All at work since the last deployment. */
async function services(scene: Scene, sizes: readonly number[]): Promise<void> {
  for (const [at, size] of sizes.entries()) {
    const name = `${'abcdefghijkl'[at]}-service`;
    await scene.busy(
      { user: `team_${at}`, application: name, address: `127.0.120.${at + 1}` },
      size,
      15,
      SHORT,
    );
  }
}

async function leftOpen(
  scene: Scene,
  as: As,
  count: number,
  gapMs: number,
  statement: string,
): Promise<void> {
  for (const client of await fill(scene, as, count, { gapMs: 20 })) {
    await client.query('BEGIN');
    await client.query(statement).catch(() => {});
    scene.clock.ahead(gapMs);
  }
}

export const SLOW_WORK: readonly Story[] = [
  slowStory({
    name: 'limit-too-low-since-last-week',
    told: 'Six services have worked on all slots since their deployment nine days ago, on a server that has run for 60 days.',
    version: 16,
    uptimeMs: 60 * DAY,
    used: 44,
    trigger: 'alarm',
    truth: { causes: ['limit-too-low'], culprits: null },
    play: async (scene) => {
      await services(scene, [9, 8, 8, 7, 6, 6]);
      await scene.pass(9 * DAY);
    },
  }),
  slowStory({
    name: 'limit-too-low-four-services',
    told: 'Four services of ten have worked since yesterday, and clients are refused.',
    version: 14,
    uptimeMs: 200 * DAY,
    used: 42,
    truth: { causes: ['limit-too-low'], culprits: null },
    play: async (scene) => {
      await services(scene, [11, 11, 10, 10]);
      await scene.pass(26 * HOUR);
    },
  }),
  slowStory({
    name: 'slow-queries-since-an-hour',
    told: 'Statements without an index have run for up to 70 minutes in 28 sessions.',
    version: 17,
    uptimeMs: 31 * DAY,
    used: 28 + 12,
    beside: 12,
    truth: causeOf('slow-queries', 'bi'),
    play: async (scene) => {
      for (const client of await fill(scene, { user: 'bi', application: 'dashboards' }, 28, {
        gapMs: 30 * SECOND,
      }))
        scene.start(client, 'SELECT pg_sleep(5000)');
      await scene.pass(70 * MINUTE);
    },
  }),
  slowStory({
    name: 'slow-queries-nameless-for-hours',
    told: 'Nameless jobs on two hosts have worked on one statement each for three hours.',
    version: 15,
    uptimeMs: 4 * DAY,
    used: 33 + 9,
    beside: 9,
    trigger: 'alarm',
    truth: causeOf('slow-queries', 'risk'),
    play: async (scene) => {
      for (const address of hosts(123, 2))
        for (const client of await fill(scene, { user: 'risk', address }, 16, { gapMs: 2 * SECOND }))
          scene.start(client, 'SELECT pg_sleep(5000)');
      await fill(scene, { user: 'risk', address: '127.0.123.10' }, 1);
      await scene.pass(3 * HOUR);
    },
  }),
  slowStory({
    name: 'idle-in-transaction-since-noon',
    told: 'A service leaves a transaction open with each timeout of another service, for five hours.',
    version: 16,
    uptimeMs: 19 * DAY,
    used: 36 + 11,
    beside: 11,
    truth: causeOf('idle-in-transaction', 'rooms'),
    play: (scene) =>
      leftOpen(
        scene,
        { user: 'rooms', application: 'rooms', address: '127.0.124.4' },
        36,
        8 * MINUTE,
        'SELECT now()',
      ),
  }),
  slowStory({
    name: 'idle-in-transaction-failed-for-days',
    told: 'A nameless job has gone on after errors without a rollback, for two days.',
    version: 18,
    uptimeMs: 66 * DAY,
    used: 31 + 14,
    beside: 14,
    trigger: 'schedule',
    truth: causeOf('idle-in-transaction', 'etl'),
    play: async (scene) => {
      await leftOpen(scene, { user: 'etl', address: '127.0.125.4' }, 31, 3 * MINUTE, 'SELECT 1/0');
      scene.clock.ahead(2 * DAY);
    },
  }),
  slowStory({
    name: 'clients-owe-input-for-an-hour',
    told: 'A loader holds 29 COPY statements whose files have not come for 90 minutes.',
    version: 15,
    uptimeMs: 12 * DAY,
    used: 29 + 10,
    beside: 10,
    truth: causeOf('clients-owe-input', 'loader'),
    play: async (scene) => {
      await scene.role('loader');
      await owe(scene, 'loader', 'loader', ['127.0.126.4'], 29);
      await scene.pass(90 * MINUTE);
    },
  }),
  slowStory({
    name: 'clients-owe-input-three-hosts',
    told: 'Three hosts hold eleven COPY statements each, half a day old.',
    version: 17,
    uptimeMs: 150 * DAY,
    used: 33 + 16,
    beside: 16,
    trigger: 'alarm',
    truth: causeOf('clients-owe-input', 'meters'),
    play: async (scene) => {
      await scene.role('meters');
      await owe(scene, 'meters', '', hosts(127, 3), 11);
      await scene.pass(12 * HOUR);
    },
  }),
  slowStory({
    name: 'developer-tools-of-a-working-day',
    told: 'Scripts have left psql open, three an hour, all day.',
    version: 16,
    uptimeMs: 8 * DAY,
    used: 27 + 8,
    beside: 8,
    trigger: 'alarm',
    truth: causeOf('developer-tools', 'ops'),
    play: async (scene) => {
      for (let at = 0; at < 27; at += 1) {
        await leaveOpen(scene, 'ops', 1, at);
        scene.clock.ahead(20 * MINUTE);
      }
    },
  }),
  slowStory({
    name: 'monitoring-hog-for-weeks',
    told: 'An exporter keeps a session for each of 24 checks, for three weeks, each used every minute.',
    version: 15,
    uptimeMs: 55 * DAY,
    used: 24 + 10,
    beside: 10,
    truth: causeOf('monitoring-hog', 'watch'),
    play: async (scene) => {
      const all = await fill(
        scene,
        { user: 'watch', application: 'postgres_exporter', address: '127.0.138.3' },
        24,
        { gapMs: 2 * SECOND },
      );
      scene.clock.ahead(21 * DAY);
      for (const client of all) {
        await scene.request([client], 'SELECT count(*) FROM pg_stat_database');
        scene.clock.ahead(2 * SECOND);
      }
    },
  }),
  slowStory({
    name: 'traffic-spike-after-months',
    told: 'A campaign has filled a pool within four minutes on a server that has run for months; all of it works.',
    version: 17,
    uptimeMs: 130 * DAY,
    used: 38 + 10,
    beside: 10,
    truth: causeOf('traffic-spike', 'promo'),
    play: async (scene) => {
      await scene.busy({ user: 'promo', application: 'promo', address: '127.0.139.3' }, 4, 15, SHORT);
      await scene.pass(5 * DAY);
      for (let at = 0; at < 17; at += 1) {
        await scene.busy({ user: 'promo', application: 'promo', address: '127.0.139.3' }, 2, 15, SHORT);
        scene.clock.ahead(13 * SECOND);
      }
    },
  }),
  slowStory({
    name: 'reconnect-storm-after-months',
    told: 'Seventy clients without a pool come again without a pause, on a server that has run for 100 days.',
    version: 16,
    uptimeMs: 100 * DAY,
    used: 34,
    refusesItself: true,
    truth: causeOf('reconnect-storm', 'php'),
    play: async (scene) => {
      await scene.busy({ user: 'office', application: 'office', address: '127.0.140.9' }, 6, 60);
      scene.storm({ user: 'php', application: 'php', address: '127.0.140.3' }, 70);
      await scene.wait(4_000);
    },
  }),
  slowStory({
    name: 'session-per-request-for-days',
    told: 'A session is opened for each request, as since the deployment four days ago; the office rests beside it.',
    version: 17,
    uptimeMs: 4 * DAY,
    used: 30,
    free: 4,
    refusesItself: true,
    trigger: 'alarm',
    policy: { relieve: { when: { usedPercent: 80 }, until: { usedPercent: 60 } } },
    truth: causeOf('session-per-request', 'cgi'),
    play: async (scene) => {
      await fill(scene, { user: 'office', application: 'office', address: '127.0.141.9' }, 8, { gapMs: 30 });
      await scene.pass(3 * DAY);
      scene.storm(
        { user: 'cgi', application: 'cgi', address: '127.0.141.3' },
        23,
        20,
        'SELECT pg_sleep(0.5 + 2 * random())',
      );
      await scene.wait(8_000);
    },
  }),
];
