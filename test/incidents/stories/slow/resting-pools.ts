import type { Scene } from '../../scene.ts';
import type { Story } from '../../story.ts';
import { type PoolStory, tooLarge } from './pool-story.ts';
import { DAY, fill, HOUR, hosts, MINUTE, SECOND, slowStory } from './slow-story.ts';

type Resting = PoolStory & {
  readonly application: string;
  readonly told: string;
  /** Between one connection and the next. */
  readonly gapMs?: number;
  readonly prepared?: string;
  /** Between the starts of two hosts. */
  readonly betweenMs?: number;
  /** Each session is used once in this time; never by default. */
  readonly usedEachMs?: number;
};

/** Pools without lifetimes. */
function resting({
  name,
  user,
  application,
  hosts: count,
  size,
  runMs,
  more,
  gapMs = 30,
  prepared,
  betweenMs = MINUTE,
  usedEachMs,
  ...fields
}: Resting): Story {
  return slowStory({
    ...fields,
    name: `oversized-idle-pools-${name}`,
    used: count * size + fields.beside,
    truth: tooLarge(user, more),
    play: async (scene, random) => {
      const clients = [];
      for (const address of hosts(102, count)) {
        clients.push(
          ...(await fill(scene, { user, application, address }, size, {
            gapMs,
            ...(prepared !== undefined && { prepared }),
          })),
        );
        scene.clock.ahead(betweenMs);
      }
      scene.clock.ahead(runMs);
      if (usedEachMs !== undefined) await useAtRandom(scene, random, clients, usedEachMs);
    },
  });
}

/** The last uses of each session, in the order in which they came. */
async function useAtRandom(
  scene: Scene,
  random: { readonly wait: (mean: number) => number },
  clients: Awaited<ReturnType<typeof fill>>,
  eachMs: number,
): Promise<void> {
  const forMs = 2.5 * eachMs;
  const from = scene.clock.now();
  const uses = clients.flatMap((client) => {
    const at: number[] = [];
    for (let next = random.wait(eachMs); next < forMs; next += random.wait(eachMs)) at.push(next);
    return at.map((ms) => ({ client, ms }));
  });
  for (const { client, ms } of uses.toSorted((a, b) => a.ms - b.ms)) {
    scene.clock.setTo(from + ms);
    await client.query('SELECT count(*) FROM pg_class WHERE relpages > 2');
  }
  scene.clock.setTo(from + forMs);
}

export const RESTING_POOLS: readonly Story[] = [
  resting({
    name: 'quiet-ten-by-ten',
    user: 'catalog',
    application: 'catalog-api',
    version: 16,
    uptimeMs: 25 * DAY,
    hosts: 10,
    size: 10,
    runMs: 2 * DAY,
    beside: 12,
    usedEachMs: 4 * MINUTE,
    told: 'Ten pods with pools of ten, each session used every four minutes.',
  }),
  resting({
    name: 'quiet-three-hosts-untold',
    user: 'docs',
    application: '',
    version: 17,
    uptimeMs: 7 * DAY,
    hosts: 3,
    size: 14,
    runMs: 30 * HOUR,
    beside: 8,
    usedEachMs: 11 * MINUTE,
    statements: 'off',
    told: 'Three nameless hosts with pools of 14, each session used every eleven minutes; no statements are told.',
    more: { lacksEvidence: true },
  }),
  resting({
    name: 'quiet-six-hosts',
    user: 'mail',
    application: 'mailer',
    version: 14,
    uptimeMs: 60 * DAY,
    hosts: 6,
    size: 7,
    runMs: 9 * DAY,
    beside: 15,
    usedEachMs: 25 * MINUTE,
    trigger: 'alarm',
    told: 'Six hosts with pools of seven, each session used every 25 minutes.',
  }),
  resting({
    name: 'weeks-at-rest',
    user: 'archive',
    application: 'archive',
    version: 15,
    uptimeMs: 80 * DAY,
    hosts: 2,
    size: 22,
    runMs: 19 * DAY,
    beside: 9,
    told: 'Two pools of 22 that were opened 19 days ago and never used.',
    gapMs: 45,
  }),
  resting({
    name: 'tasks-one-after-the-other',
    user: 'batch',
    application: 'batch',
    version: 18,
    uptimeMs: 11 * DAY,
    hosts: 1,
    size: 46,
    runMs: 6 * HOUR,
    beside: 13,
    gapMs: 400,
    usedEachMs: 2 * HOUR,
    told: '46 tasks opened a session each, 0.4 s apart, six hours ago, and use it every two hours.',
  }),
  resting({
    name: 'tasks-slowly-nameless',
    user: 'ingest',
    application: '',
    version: 16,
    uptimeMs: 40 * DAY,
    hosts: 3,
    size: 17,
    runMs: 15 * HOUR,
    beside: 10,
    gapMs: 2_500,
    betweenMs: 5 * SECOND,
    usedEachMs: 5 * HOUR,
    told: 'Three hosts opened 17 sessions each within two minutes, 15 hours ago; each was used since.',
  }),
  resting({
    name: 'discard-all',
    user: 'shop',
    application: 'shop-api',
    version: 17,
    uptimeMs: 6 * DAY,
    hosts: 4,
    size: 9,
    runMs: 20 * HOUR,
    beside: 9,
    prepared: 'DISCARD ALL',
    told: 'Four hosts of one service whose pool runs DISCARD ALL on each connection.',
  }),
  resting({
    name: 'prepares-with-jdbc',
    user: 'forms',
    application: 'PostgreSQL JDBC Driver',
    version: 15,
    uptimeMs: 17 * DAY,
    hosts: 3,
    size: 12,
    runMs: 40 * HOUR,
    beside: 12,
    prepared: 'SET extra_float_digits = 3',
    told: 'Three hosts opened twelve connections of pgjdbc each at their start, and used none.',
  }),
];
