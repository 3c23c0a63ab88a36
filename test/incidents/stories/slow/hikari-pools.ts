import { startHikari } from '../../hikari.ts';
import type { Story } from '../../story.ts';
import { type PoolStory, tooLarge } from './pool-story.ts';
import { DAY, HOUR, hosts, MINUTE, SECOND, slowStory } from './slow-story.ts';

type Hikari = PoolStory & { readonly lifetimeMs: number; readonly useEachMs?: number };

/** Real HikariCP with a fixed size, at rest or used once in a while. */
function hikari({
  name,
  user,
  hosts: count,
  size,
  lifetimeMs,
  runMs,
  useEachMs,
  more,
  ...fields
}: Hikari): Story {
  const used = count * size + fields.beside;
  return slowStory({
    ...fields,
    name: `oversized-idle-pools-${name}`,
    told: `HikariCP on ${count} hosts, ${size} connections each, a lifetime of ${lifetimeMs / MINUTE} minutes, ${useEachMs === undefined ? 'at rest' : `some used each ${useEachMs / MINUTE} minutes`} for ${Math.round(runMs / HOUR)} hours.`,
    used,
    truth: tooLarge(user, more),
    play: async (scene) => {
      const pools = await startHikari(scene, user);
      for (const address of hosts(100, count)) {
        await pools.open(address, size, lifetimeMs);
        scene.clock.ahead(25 * SECOND);
      }
      if (useEachMs === undefined) return await pools.run(runMs);
      for (let passed = 0; passed < runMs; passed += useEachMs) {
        await pools.run(useEachMs);
        await pools.use(2);
      }
      await pools.run(useEachMs / 3);
    },
  });
}

const HIKARI_MINUTES = 30 * MINUTE;

export const HIKARI_POOLS: readonly Story[] = [
  hikari({
    name: 'hikari-two-hosts-for-days',
    user: 'orders',
    version: 16,
    uptimeMs: 41 * DAY,
    hosts: 2,
    size: 20,
    lifetimeMs: HIKARI_MINUTES,
    runMs: 26 * HOUR,
    beside: 9,
  }),
  hikari({
    name: 'hikari-one-host',
    user: 'ledger',
    version: 14,
    uptimeMs: 9 * DAY,
    hosts: 1,
    size: 36,
    lifetimeMs: HIKARI_MINUTES,
    runMs: 14 * HOUR,
    beside: 12,
    trigger: 'alarm',
  }),
  hikari({
    name: 'hikari-five-hosts-untold',
    user: 'basket',
    version: 18,
    uptimeMs: 93 * DAY,
    hosts: 5,
    size: 8,
    lifetimeMs: HIKARI_MINUTES,
    runMs: 16 * HOUR,
    beside: 7,
    statements: 'off',
  }),
  hikari({
    name: 'hikari-ten-minutes',
    user: 'quotes',
    version: 17,
    uptimeMs: 5 * DAY,
    hosts: 3,
    size: 12,
    lifetimeMs: 10 * MINUTE,
    runMs: 6 * HOUR,
    beside: 14,
  }),
  hikari({
    name: 'hikari-first-day',
    user: 'claims',
    version: 15,
    uptimeMs: 2 * HOUR,
    hosts: 2,
    size: 15,
    lifetimeMs: HIKARI_MINUTES,
    runMs: 5.3 * HOUR,
    beside: 6,
  }),
  hikari({
    name: 'hikari-used-now-and-then',
    user: 'tickets',
    version: 16,
    uptimeMs: 20 * DAY,
    hosts: 3,
    size: 10,
    lifetimeMs: HIKARI_MINUTES,
    runMs: 21 * HOUR,
    useEachMs: 11 * MINUTE,
    beside: 8,
  }),
  hikari({
    name: 'hikari-eight-hosts-small',
    user: 'rates',
    version: 17,
    uptimeMs: 160 * DAY,
    hosts: 8,
    size: 4,
    lifetimeMs: HIKARI_MINUTES,
    runMs: 22 * HOUR,
    beside: 5,
    trigger: 'schedule',
  }),
];
