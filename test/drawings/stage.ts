import type { Client, Draft, Scene, Truth } from './drawing.ts';
import type { Random } from './random.ts';
import { type PoolRules, simulatePool } from './simulated-pool.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Who = Pick<Client, 'user' | 'application' | 'database'>;

const APPLICATIONS = [
  'orders-api',
  'billing',
  'web',
  'catalog',
  '',
  'invoice-worker',
  'PostgreSQL JDBC Driver',
  'app',
];
const WORK = [
  'SELECT * FROM orders WHERE id = $1',
  'UPDATE cart SET total = $1 WHERE id = $2',
  'INSERT INTO audit (at, what) VALUES ($1, $2)',
  'COMMIT',
  'SELECT count(*) FROM items',
];

export function aProgram(random: Random): Who {
  const user = `team_${random.oneOf(['red', 'blue', 'green', 'shop'])}`;
  return { user, application: random.oneOf(APPLICATIONS), database: `${user}_db` };
}

export const isOf =
  ({ user, application }: Who) =>
  (group: Who): boolean =>
    group.user === user && group.application === application;

/** Addresses of as many hosts. */
export function hosts(random: Random, count: number): readonly string[] {
  const net = random.whole(1, 200);
  return Array.from({ length: count }, (_, at) => `10.${net}.${Math.floor(at / 200)}.${(at % 200) + 10}`);
}

/** How long the server has run, which is at least this long. */
export function uptime(random: Random, leastMs: number): number {
  return random.log(Math.max(HOUR, leastMs * 1.02 + MINUTE), Math.max(400 * DAY, leastMs * 1.1 + HOUR));
}

/** What drivers and pools leave of a connection that was never lent, as their sources have it. */
const PREPARED = [
  '',
  'SET extra_float_digits = ?',
  'SELECT ?',
  ';',
  'SHOW TRANSACTION ISOLATION LEVEL',
  'SET application_name = ?',
];

/** A pool with everything as its defaults might have it; what matters to a drawing is given. */
export function aPool(random: Random, rules: Partial<PoolRules>): PoolRules {
  return {
    size: random.whole(2, 20),
    startedAt: -random.log(HOUR, 30 * DAY),
    fillGapMs: random.log(3, 120),
    lifetimeMs: null,
    jitter: 0,
    requestEveryMs: null,
    requestMs: random.log(1, 200),
    lending: random.oneOf(['first', 'last']),
    prepared: random.oneOf(PREPARED),
    preparingMs: random.log(3, 60),
    work: [random.oneOf(WORK), random.oneOf(WORK)],
    reset: random.chance(0.3) ? random.oneOf(['ROLLBACK', 'COMMIT']) : null,
    keepaliveMs: null,
    ...rules,
  };
}

export function aStatement(random: Random): string {
  return random.oneOf(WORK);
}

/** Pools of other programs that work as they should, a few sessions each. */
function neighbours(random: Random, count: number, uptimeMs: number): readonly Client[] {
  const all: Client[] = [];
  for (let at = 0; all.length < count; at += 1) {
    const who = {
      user: `other_${at}`,
      application: `service-${'abcdefghijkl'.charAt(at % 12)}`,
      database: 'main',
    };
    const size = Math.min(count - all.length, random.whole(3, 12));
    const rules = aPool(random, {
      size,
      startedAt: -Math.min(uptimeMs * 0.98, random.log(HOUR, 60 * DAY)),
      requestEveryMs: random.log(2, 60),
      requestMs: random.log(2, 80),
      lending: 'first',
    });
    all.push(...simulatePool(random, { ...who, address: `10.250.${at}.7` }, rules));
  }
  return all;
}

export type Crowd = Partial<Scene> & {
  /** Neighbours for each session of the culprit's. */
  readonly neighbourShare?: number;
};

/** A full server: the sessions that the drawing is about, others that work beside them, and hardly a slot that is free. */
export function crowded(random: Random, mine: readonly Client[], truth: Truth, crowd: Crowd = {}): Draft {
  const { neighbourShare = random.between(0.05, 0.7), ...given } = crowd;
  const oldest = Math.max(0, ...mine.map(({ openedAt }) => -openedAt));
  const uptimeMs = given.uptimeMs ?? uptime(random, oldest);
  const others = neighbours(random, Math.round(mine.length * neighbourShare), uptimeMs);
  const clients = random.shuffled([...mine, ...others]);
  const trigger = given.trigger ?? random.oneOf(['alarm', 'log-lines', 'log-lines', 'schedule']);
  const isHiding = random.chance(0.4);
  const scene: Scene = {
    uptimeMs,
    free: Math.floor(clients.length * random.between(0, 0.04)),
    refused: [
      { count: random.wholeLog(1, 9), spanMs: random.log(500, 50_000), agoMs: random.log(500, 60_000) },
    ],
    isTold: !random.chance(0.2),
    hidden: isHiding ? Math.floor(clients.length * random.between(0, 0.3)) : 0,
    version: random.oneOf(['14.23', '15.18', '16.14', '17.10', '18.4']),
    ...given,
    trigger,
    clients,
  };
  // Hidden rows hide their hosts: with ages alone, and not all of them, a leak and a pool that replaces its sessions look alike.
  const isBare = scene.isTold === false && (scene.hidden ?? 0) > 0;
  return { scene, truth: isBare ? { ...truth, lacksEvidence: true } : truth };
}
