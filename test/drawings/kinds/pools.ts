import type { Client, Draft, Kind, Truth } from '../drawing.ts';
import type { Random } from '../random.ts';
import { type PoolRules, simulatePool } from '../simulated-pool.ts';
import {
  aPool,
  aProgram,
  crowded,
  DAY,
  HOUR,
  hosts,
  isOf,
  MINUTE,
  SECOND,
  uptime,
  type Who,
} from '../stage.ts';

/** One pool on each host, of the same rules, each started when its process was. */
type Fleet = {
  readonly who: Who;
  readonly count: number;
  readonly rules: PoolRules;
  /** Since the deployment, and between one process's start and the next. */
  readonly deployedMs: number;
  readonly rolloutMs: number;
};

function run(random: Random, { who, count, rules, deployedMs, rolloutMs }: Fleet): readonly Client[] {
  return hosts(random, count).flatMap((address, at) =>
    simulatePool(
      random,
      { ...who, address },
      { ...rules, startedAt: -deployedMs + at * rolloutMs * random.between(0.7, 1.3) },
    ),
  );
}

/** As many processes and connections as a server may have, 8 to 200 together. */
function aFleet(random: Random, rules: Partial<PoolRules>, mostHosts = 40): Fleet {
  const size = random.whole(2, 20);
  const count = Math.max(
    Math.ceil(12 / size),
    random.wholeLog(1, Math.min(mostHosts, Math.floor(200 / size))),
  );
  const deployedMs = random.log(2 * HOUR, 60 * DAY);
  const rolloutMs = random.log(SECOND, Math.min(10 * MINUTE, (deployedMs * 0.5) / count));
  return { who: aProgram(random), count, rules: aPool(random, { size, ...rules }), deployedMs, rolloutMs };
}

export const idlePools = (who: Who, more: Partial<Truth> = {}): Truth => ({
  causes: ['oversized-idle-pools'],
  culprit: isOf(who),
  ...more,
});

/** HikariCP as it comes: a fixed size, each connection replaced after 30 minutes less up to 2.5 %. */
function hikariAtRest(random: Random): Draft {
  const fleet = aFleet(random, {
    lifetimeMs: 30 * MINUTE,
    jitter: 0.025,
    prepared: random.oneOf([
      'SET extra_float_digits = ?',
      'SHOW TRANSACTION ISOLATION LEVEL',
      '',
      'SET application_name = ?',
    ]),
    keepaliveMs: random.chance(0.3) ? 2 * MINUTE : null,
  });
  return rotating(random, fleet);
}

function rotating(random: Random, fleet: Fleet): Draft {
  const isTold = !random.chance(0.2);
  // One host's connections, opened at random moments, without a word of what they did: a leak leaves the same.
  const lacksEvidence = !isTold && fleet.count < 4;
  return crowded(random, run(random, fleet), idlePools(fleet.who, { lacksEvidence }), {
    isTold,
    uptimeMs: uptime(random, fleet.deployedMs),
  });
}

function anyLifetime(random: Random): Draft {
  const lifetimeMs = random.log(5 * MINUTE, 8 * HOUR);
  const jitter = random.oneOf([0, 0.025, 0.05, 0.1, 0.2]);
  return rotating(random, aFleet(random, { lifetimeMs, jitter }));
}

function rotatingUsed(random: Random): Draft {
  const lifetimeMs = random.log(15 * MINUTE, 8 * HOUR);
  const fleet = aFleet(random, { lifetimeMs, jitter: random.oneOf([0, 0.025, 0.2]), lending: 'first' });
  const requestEveryMs = (random.log(20 * SECOND, lifetimeMs / 6) / fleet.rules.size) * 1;
  return rotating(random, { ...fleet, rules: { ...fleet.rules, requestEveryMs } });
}

/** The connection that was given back last is lent first: the newest serves until the next is opened, and never again. */
function lentLastFirst(random: Random): Draft {
  const lifetimeMs = random.log(15 * MINUTE, 8 * HOUR);
  const fleet = aFleet(random, { lifetimeMs, jitter: random.oneOf([0.025, 0.1, 0.2]), lending: 'last' });
  const requestEveryMs = random.log(SECOND, 5 * MINUTE);
  return rotating(random, { ...fleet, rules: { ...fleet.rules, requestEveryMs } });
}

/** Busy all the time, and younger than its lifetime for that reason alone. */
function busyWithLifetime(random: Random): Draft {
  const lifetimeMs = random.log(15 * MINUTE, 8 * HOUR);
  const fleet = aFleet(random, { lifetimeMs, jitter: random.oneOf([0.025, 0.2]), lending: 'first' });
  const requestMs = random.log(10, 300);
  const requestEveryMs = requestMs / (fleet.rules.size * random.between(0.6, 0.9));
  const draft = rotating(random, { ...fleet, rules: { ...fleet.rules, requestMs, requestEveryMs } });
  return { ...draft, truth: { causes: ['limit-too-low'], culprit: null, lacksEvidence: true } };
}

/** Each session is used every few minutes, wherever it is. */
function quiet(random: Random): Draft {
  const fleet = aFleet(random, { lending: random.oneOf(['first', 'last']) });
  const requestEveryMs = random.log(30 * SECOND, 20 * MINUTE) / fleet.rules.size;
  return rotating(random, { ...fleet, rules: { ...fleet.rules, requestEveryMs } });
}

function openedSlowly(random: Random): Draft {
  const who = aProgram(random);
  const size = random.wholeLog(15, 150);
  const agoMs = random.log(MINUTE, 5 * DAY);
  const fillGapMs = random.log(20, Math.max(30, Math.min(3_000, (agoMs * 0.05) / size)));
  const count = random.whole(1, 3);
  const hasWorked = random.chance(0.5);
  const rules = aPool(random, { size: Math.ceil(size / count), fillGapMs });
  const clients = run(random, { who, count, rules, deployedMs: agoMs + size * fillGapMs, rolloutMs: 1 });
  // Each was used for the first time as soon as it was there, and rests since.
  const used = hasWorked
    ? clients.map((each) => ({
        ...each,
        since: Math.min(-1, each.openedAt + random.between(5, 60)),
        statement: 'UPDATE task SET state = $1',
      }))
    : clients;
  return crowded(random, used, idlePools(who), { uptimeMs: uptime(random, agoMs + 10 * MINUTE) });
}

/** On a slow host a pool that fills takes its time, and the snapshot comes as soon as it is full. */
function justFilled(random: Random): Draft {
  const who = aProgram(random);
  const size = random.whole(10, 60);
  const fillGapMs = random.log(20, 800);
  const count = random.whole(1, 4);
  const agoMs = random.log(2 * SECOND, 30 * SECOND);
  const rules = aPool(random, { size, fillGapMs, preparingMs: random.between(5, 30) });
  const clients = run(random, { who, count, rules, deployedMs: agoMs + size * fillGapMs, rolloutMs: 1 });
  return crowded(random, clients, idlePools(who), { uptimeMs: uptime(random, DAY), isTold: true });
}

/** It grew while many worked at once, and gives nothing back. */
function afterTheRush(random: Random): Draft {
  const who = aProgram(random);
  const size = random.wholeLog(15, 120);
  const restedMs = random.log(2 * MINUTE, 20 * HOUR);
  const rushMs = random.log(MINUTE, HOUR);
  const [address = ''] = hosts(random, 1);
  const clients = Array.from({ length: size }, (): Client => {
    const openedAt = -restedMs - rushMs * random.between(0.4, 1);
    const since = -restedMs - rushMs * 0.3 * random.next();
    return { ...who, address, openedAt, since, state: 'idle', statement: 'COMMIT' };
  });
  return crowded(random, clients, idlePools(who));
}

export const POOLS: readonly Kind[] = [
  {
    name: 'HikariCP at rest',
    told: 'A fixed size, each connection replaced after 30 minutes less up to 2.5 %',
    draw: hikariAtRest,
  },
  {
    name: 'pool with a lifetime',
    told: 'The same with lifetimes of 5 minutes to 8 hours, at rest',
    draw: anyLifetime,
  },
  {
    name: 'pool with a lifetime, used',
    told: 'The same, each session used now and then',
    draw: rotatingUsed,
  },
  {
    name: 'pool lent last first',
    told: 'The same, the connection given back last is lent first',
    draw: lentLastFirst,
  },
  {
    name: 'busy pool with a lifetime',
    told: 'A pool that works all the time and replaces its sessions, after 15 minutes or later',
    draw: busyWithLifetime,
  },
  { name: 'quiet pools', told: 'Pools on several hosts, each session used every few minutes', draw: quiet },
  {
    name: 'pool opened slowly',
    told: 'Sessions opened one after the other within minutes, long ago',
    draw: openedSlowly,
  },
  { name: 'pool just filled', told: 'A pool that fills one by one on a slow host', draw: justFilled },
  { name: 'pool after the rush', told: 'A pool that grew in a rush and rests since', draw: afterTheRush },
];
