import type { Story } from '../../story.ts';
import { type PoolStory, tooLarge } from './pool-story.ts';
import { type LifetimeRules, RotatingPool, rotate } from './rotating-pool.ts';
import { DAY, HOUR, hosts, MINUTE, SECOND, slowStory } from './slow-story.ts';

type Rotating = PoolStory & {
  readonly application: string;
  readonly rules: Omit<LifetimeRules, 'size'>;
  readonly told: string;
};

function rotating({
  name,
  user,
  application,
  hosts: count,
  size,
  runMs,
  rules,
  more,
  ...fields
}: Rotating): Story {
  return slowStory({
    ...fields,
    name: `oversized-idle-pools-${name}`,
    used: count * size + fields.beside,
    truth: tooLarge(user, more),
    play: async (scene, random) => {
      const pools = hosts(101, count).map(
        (address) => new RotatingPool(scene, random, { user, application, address }, { ...rules, size }),
      );
      await rotate(scene, pools, runMs);
    },
  });
}

export const ROTATING_POOLS: readonly Story[] = [
  rotating({
    name: 'pgx-each-hour',
    user: 'geo',
    application: '',
    version: 16,
    uptimeMs: 12 * DAY,
    hosts: 4,
    size: 8,
    runMs: 27 * HOUR,
    beside: 10,
    rules: { lifetimeMs: HOUR, sweepMs: MINUTE, prepared: ';' },
    told: 'Four hosts with pools as pgxpool keeps them: a lifetime of an hour, looked at each minute, eight connections at least.',
  }),
  rotating({
    name: 'pgx-with-jitter',
    user: 'fleet',
    application: 'fleet-api',
    version: 18,
    uptimeMs: 70 * DAY,
    hosts: 6,
    size: 6,
    runMs: 30 * HOUR,
    beside: 11,
    rules: { lifetimeMs: 1.1 * HOUR, jitter: 0.1, sweepMs: MINUTE, prepared: ';' },
    told: 'Six hosts as pgxpool with a jitter of six minutes keeps them, at rest for a day.',
  }),
  rotating({
    name: 'npgsql-hour-used',
    user: 'erp',
    application: '',
    version: 15,
    uptimeMs: 33 * DAY,
    hosts: 2,
    size: 18,
    runMs: 18 * HOUR,
    beside: 9,
    rules: { lifetimeMs: HOUR, requestEveryMs: 90 * SECOND, lending: 'last' },
    told: 'Two hosts with a connection lifetime of an hour; the one given back last is lent first.',
  }),
  rotating({
    name: 'r2dbc-untold',
    user: 'alerts',
    application: 'r2dbc-postgresql',
    version: 17,
    uptimeMs: 8 * DAY,
    hosts: 5,
    size: 7,
    runMs: 22 * HOUR,
    beside: 6,
    statements: 'off',
    rules: { lifetimeMs: 45 * MINUTE, jitter: 0.15 },
    told: 'Five hosts whose connections live for 38 to 45 minutes, and records that tell no statements.',
  }),
  rotating({
    name: 'lifetime-of-eight-hours',
    user: 'hr',
    application: 'hr-portal',
    version: 14,
    uptimeMs: 120 * DAY,
    hosts: 3,
    size: 13,
    runMs: 3 * DAY,
    beside: 9,
    rules: { lifetimeMs: 8 * HOUR, jitter: 0.05, prepared: 'SELECT 1' },
    told: 'Three hosts whose connections live for nearly eight hours, for three days.',
  }),
  rotating({
    name: 'lifetime-of-five-minutes',
    user: 'chat',
    application: 'chat',
    version: 18,
    uptimeMs: 3 * DAY,
    hosts: 2,
    size: 16,
    runMs: 4 * HOUR,
    beside: 9,
    rules: { lifetimeMs: 5 * MINUTE, jitter: 0.2, prepared: 'SET extra_float_digits = 3' },
    told: 'Two hosts whose connections live for four to five minutes.',
  }),
];
