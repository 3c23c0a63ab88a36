import type { Random } from '../../../drawings/random.ts';
import type { Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { DAY, fill, HOUR, hosts, MINUTE, REQUESTS, SECOND, slowStory } from './slow-story.ts';

type Leak = Pick<Story, 'version' | 'trigger' | 'statements' | 'told'> & {
  readonly name: string;
  readonly user: string;
  readonly application: string;
  readonly uptimeMs: number;
  readonly hosts?: number;
  readonly count: number;
  readonly everyMs: number;
  /** How much a pause differs from the mean, as a share of it; `random` for a process without memory. */
  readonly jitter?: number | 'random';
  readonly beside: number;
  /** Sessions of the program from before, and how long before. */
  readonly older?: { readonly count: number; readonly agoMs: number };
  readonly roleOptions?: string;
  readonly lacksEvidence?: true;
};

async function forget(
  scene: Scene,
  random: Random,
  { user, application, hosts: hostCount = 1, count, everyMs, jitter = 0.3 }: Leak,
) {
  const from = scene.clock.now();
  let dueAt = 0;
  for (let at = 0; at < count; at += 1) {
    dueAt =
      jitter === 'random' ? dueAt + random.wait(everyMs) : (at + (random.next() - 0.5) * jitter) * everyMs;
    scene.clock.setTo(from + dueAt);
    const client = await scene.open({ user, application, address: random.oneOf(hosts(103, hostCount)) });
    await client.query(random.oneOf(REQUESTS));
  }
  scene.clock.ahead(everyMs * random.between(0.1, 0.5));
}

function leak(fields: Leak): Story {
  const { name, user, application, count, everyMs, jitter, older, roleOptions, lacksEvidence, ...story } =
    fields;
  return slowStory({
    ...story,
    name: `connection-leak-${name}`,
    used: count + (older?.count ?? 0) + story.beside,
    truth: {
      causes: ['connection-leak'],
      culprits: [{ user, application }],
      ...(jitter !== 'random' && { perHour: Math.round((HOUR / everyMs) * 1_000) / 1_000 }),
      ...(lacksEvidence && { lacksEvidence }),
    },
    play: async (scene, random) => {
      await scene.role(user, roleOptions);
      if (older !== undefined) {
        const clients = await fill(
          scene,
          { user, application, address: hosts(103, 1)[0] ?? '' },
          older.count,
          { gapMs: 40 },
        );
        scene.clock.ahead(older.agoMs);
        await scene.request(clients.slice(0, 2));
      }
      await forget(scene, random, fields);
    },
  });
}

type Anew = Pick<Story, 'version' | 'trigger' | 'told'> & {
  readonly name: string;
  readonly user: string;
  readonly uptimeMs: number;
  readonly pools: number;
  readonly size: number;
  readonly everyMs: number;
  readonly beside: number;
};

/** A pool for each reload or crash, none of which is closed. */
function poolsAnew({ name, user, pools, size, everyMs, ...story }: Anew): Story {
  return slowStory({
    ...story,
    name: `connection-leak-${name}`,
    used: pools * size + story.beside,
    truth: { causes: ['connection-leak'], culprits: [{ user }] },
    play: async (scene, random) => {
      for (let at = 0; at < pools; at += 1) {
        const pool = await fill(scene, { user, application: '', address: '127.0.104.7' }, size, {
          gapMs: 12,
        });
        await scene.request(pool.slice(0, 1), random.oneOf(REQUESTS));
        scene.clock.ahead(everyMs * random.between(0.75, 1.25));
      }
    },
  });
}

export const SLOW_LEAKS: readonly Story[] = [
  leak({
    name: 'two-an-hour-for-a-day',
    told: 'A worker leaks two sessions an hour for a day, on a server that has run for two months.',
    user: 'sync',
    application: 'sync',
    version: 16,
    uptimeMs: 60 * DAY,
    count: 49,
    everyMs: 30 * MINUTE,
    beside: 10,
  }),
  leak({
    name: 'twelve-an-hour-two-hosts',
    told: 'Two nameless hosts leak twelve sessions an hour with much jitter.',
    user: 'billing',
    application: '',
    version: 14,
    uptimeMs: 5 * DAY,
    hosts: 2,
    count: 44,
    everyMs: 5 * MINUTE,
    jitter: 0.9,
    beside: 12,
  }),
  leak({
    name: 'beside-eleven-of-last-week',
    told: 'A service has eleven sessions from its start a week ago, and leaks 40 an hour since its last release.',
    user: 'basket',
    application: 'basket-api',
    version: 17,
    uptimeMs: 30 * DAY,
    count: 38,
    everyMs: 90 * SECOND,
    beside: 8,
    older: { count: 11, agoMs: 7 * DAY },
  }),
  leak({
    name: 'beside-a-single-older-one',
    told: 'One session from 26 hours ago, and 35 that were leaked since this morning, one each nine minutes.',
    user: 'labels',
    application: 'labels',
    version: 15,
    uptimeMs: 90 * DAY,
    count: 35,
    everyMs: 9 * MINUTE,
    beside: 14,
    older: { count: 1, agoMs: 26 * HOUR },
  }),
  leak({
    name: 'hundreds-an-hour-many-hosts',
    told: 'Five pods leak 240 sessions an hour together.',
    user: 'search',
    application: 'search',
    version: 18,
    uptimeMs: 3 * DAY,
    hosts: 5,
    count: 64,
    everyMs: 15 * SECOND,
    jitter: 0.6,
    beside: 16,
  }),
  leak({
    name: 'after-errors-for-hours',
    told: 'Each error leaks a session, at random, about ten an hour on three hosts.',
    user: 'imports',
    application: 'imports',
    version: 16,
    uptimeMs: 18 * DAY,
    hosts: 3,
    count: 52,
    everyMs: 6 * MINUTE,
    jitter: 'random',
    beside: 9,
  }),
  leak({
    name: 'by-the-clock-untold',
    told: 'A cron job leaks one session each ten minutes, and records tell no statements.',
    user: 'cron',
    application: 'nightly',
    version: 17,
    uptimeMs: 44 * DAY,
    count: 58,
    everyMs: 10 * MINUTE,
    jitter: 0.05,
    beside: 10,
    statements: 'off',
    lacksEvidence: true,
  }),
  leak({
    name: 'of-a-superuser',
    told: 'An application logs in as a superuser and leaks six sessions an hour.',
    user: 'app_admin',
    application: 'backoffice',
    version: 16,
    uptimeMs: 21 * DAY,
    count: 47,
    everyMs: 10 * MINUTE,
    beside: 8,
    roleOptions: 'SUPERUSER',
  }),
  leak({
    name: 'within-fast-hours',
    told: 'A handler leaks a session every 40 s until the server is full, half an hour later.',
    user: 'hooks',
    application: 'hooks',
    version: 18,
    uptimeMs: 200 * DAY,
    count: 45,
    everyMs: 40 * SECOND,
    jitter: 0.7,
    beside: 20,
    trigger: 'alarm',
  }),
  poolsAnew({
    name: 'pool-for-each-reload',
    told: 'A development server reloads each four minutes and opens a pool of five each time.',
    user: 'dev',
    version: 17,
    uptimeMs: 9 * DAY,
    pools: 9,
    size: 5,
    everyMs: 4 * MINUTE,
    beside: 8,
  }),
  poolsAnew({
    name: 'pool-for-each-crash',
    told: 'A worker crashes and is forked again twice an hour; each time its pool of three stays.',
    user: 'jobs',
    version: 15,
    uptimeMs: 50 * DAY,
    pools: 14,
    size: 3,
    everyMs: 30 * MINUTE,
    beside: 9,
    trigger: 'alarm',
  }),
];
