import type { Client, Draft, Kind } from '../drawing.ts';
import type { Random } from '../random.ts';
import { simulatePool } from '../simulated-pool.ts';
import {
  aPool,
  aProgram,
  aStatement,
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

/** A process that opens connections and forgets them. */
type Leak = {
  readonly who: Who;
  readonly addresses: readonly string[];
  readonly count: number;
  readonly perHour: number;
  /** 0 for a clock, 1 for requests of many people. */
  readonly chance: number;
  readonly workMs: number;
  readonly statement: string;
};

function aLeak(random: Random): Leak {
  return {
    who: aProgram(random),
    addresses: hosts(random, random.wholeLog(1, 40)),
    count: random.wholeLog(15, 200),
    perHour: random.log(2, 2_000),
    chance: random.oneOf([0, 0.3, 1]),
    workMs: random.log(2, 1_500),
    statement: aStatement(random),
  };
}

/** Requests come one after the other; each opens a connection on some host, does its work, and forgets it. */
function leaked(random: Random, leak: Leak, quietMs = 0): readonly Client[] {
  const every = HOUR / leak.perHour;
  const clients: Client[] = [];
  let at = -quietMs - random.next() * every;
  for (let left = leak.count; left > 0; left -= 1) {
    const worked = Math.min(-at * 0.9, leak.workMs * random.between(0.5, 2));
    const address = random.oneOf(leak.addresses);
    clients.push({
      ...leak.who,
      address,
      openedAt: at,
      state: 'idle',
      since: at + worked,
      statement: leak.statement,
    });
    at -= every * (1 - leak.chance) + leak.chance * random.wait(every);
  }
  return clients;
}

/** Sessions an hour that were really kept, as they turned out. */
function rateOf(clients: readonly Client[]): number {
  const times = clients.map(({ openedAt }) => openedAt);
  return ((clients.length - 1) * HOUR) / (Math.max(...times) - Math.min(...times));
}

/** Without statements a pool of one host that replaces its connections at random leaves the same ages. */
const isAmbiguous = ({ addresses, chance }: Leak, isTold: boolean) =>
  !isTold && addresses.length < 4 && chance > 0;

function steady(random: Random): Draft {
  const leak = aLeak(random);
  const isTold = !random.chance(0.2);
  const all = leaked(
    random,
    leak,
    random.chance(0.3) ? random.next() * leak.count * (HOUR / leak.perHour) * 0.5 : 0,
  );
  // A share of them has ended by itself since.
  const kept = random.chance(0.3) ? all.filter(() => !random.chance(0.25)) : all;
  const truth = { causes: ['connection-leak'], culprit: isOf(leak.who), perHour: rateOf(kept) } as const;
  return crowded(random, kept, { ...truth, lacksEvidence: isAmbiguous(leak, isTold) }, { isTold });
}

/** Requests by day, fewer or none by night: the rate follows the sun for days. */
function byDayAndNight(random: Random): Draft {
  const leak = { ...aLeak(random), count: random.wholeLog(30, 200), workMs: random.log(2, 1_500) };
  const days = random.between(1.2, 6);
  const depth = random.between(0.6, 1);
  const phase = random.next();
  // A smooth change, or office hours and hardly anything else.
  const isOffice = random.chance(0.6);
  const clients: Client[] = [];
  while (clients.length < leak.count) {
    const openedAt = -random.next() * days * DAY - SECOND;
    const sun = Math.sin((openedAt / DAY + phase) * 2 * Math.PI);
    if (!random.chance(isOffice ? (sun > 0.3 ? 1 : 1 - depth) : (1 + depth * sun) / 2)) continue;
    const worked = Math.min(-openedAt * 0.9, leak.workMs * random.between(0.5, 2));
    clients.push({
      ...leak.who,
      address: random.oneOf(leak.addresses),
      openedAt,
      state: 'idle',
      since: openedAt + worked,
      statement: leak.statement,
    });
  }
  const isTold = !random.chance(0.2);
  return crowded(
    random,
    clients,
    { causes: ['connection-leak'], culprit: isOf(leak.who), lacksEvidence: !isTold },
    { isTold },
  );
}

/** A leak that was mended, or whose job has ended, long ago. */
function endedLongAgo(random: Random): Draft {
  const drawn = aLeak(random);
  const leak = {
    ...drawn,
    perHour: random.log(4, 400),
    addresses: drawn.addresses.slice(0, 5),
    count: random.wholeLog(20, 200),
  };
  const spanMs = leak.count * (HOUR / leak.perHour);
  const clients = leaked(random, leak, spanMs * random.between(2.2, 8));
  const isTold = !random.chance(0.2);
  // A pool that was opened slowly leaves the same when it ends within minutes.
  const lacksEvidence = !isTold || spanMs < 15 * MINUTE;
  return crowded(
    random,
    clients,
    { causes: ['connection-leak'], culprit: isOf(leak.who), lacksEvidence },
    { isTold },
  );
}

function besideOlder(random: Random): Draft {
  const leak = aLeak(random);
  const fresh = leaked(random, leak);
  const sinceMs = Math.max(...fresh.map(({ openedAt }) => -openedAt));
  const older = random.wholeLog(1, Math.max(1, Math.floor(leak.count / 2)));
  const rules = aPool(random, {
    size: older,
    startedAt: -(sinceMs * random.between(1.1, 6) + random.log(HOUR, 20 * DAY)),
    requestEveryMs: random.chance(0.6) ? random.log(20, 60_000) : null,
  });
  const before = simulatePool(random, { ...leak.who, address: random.oneOf(leak.addresses) }, rules);
  const isTold = !random.chance(0.2);
  const truth = { causes: ['connection-leak'], culprit: isOf(leak.who), perHour: rateOf(fresh) } as const;
  return crowded(
    random,
    [...fresh, ...before],
    { ...truth, lacksEvidence: isAmbiguous(leak, isTold) },
    { isTold, hidden: 0 },
  );
}

function poolsAnew(random: Random): Draft {
  const who = aProgram(random);
  const addresses = hosts(random, random.wholeLog(1, 5));
  const size = random.whole(2, 20);
  const pools = Math.max(addresses.length * 4, Math.floor(random.log(20, 200) / size));
  const everyMs = random.log(5 * SECOND, HOUR);
  const isClock = random.chance(0.5);
  const clients: Client[] = [];
  let at = -random.next() * everyMs;
  for (let left = pools; left > 0; left -= 1) {
    const rules = aPool(random, { size, startedAt: at, fillGapMs: random.log(1, 40), requestEveryMs: null });
    clients.push(...simulatePool(random, { ...who, address: random.oneOf(addresses) }, rules));
    at -= isClock ? everyMs * random.between(0.8, 1.2) : everyMs * 0.2 + random.wait(everyMs * 0.8);
  }
  return crowded(random, clients, { causes: ['connection-leak'], culprit: isOf(who) });
}

function ofASuperuser(random: Random): Draft {
  const draft = steady(random);
  const mine = new Set(
    draft.scene.clients.filter(({ user }) => draft.truth.culprit !== null && !user.startsWith('other_')),
  );
  const clients = draft.scene.clients.map((each) =>
    mine.has(each) ? { ...each, user: 'postgres', superuser: true } : each,
  );
  return {
    scene: { ...draft.scene, clients },
    truth: { ...draft.truth, culprit: ({ user }) => user === 'postgres' },
  };
}

function listenersLongAgo(random: Random): Draft {
  const leak = { ...aLeak(random), statement: 'LISTEN jobs', perHour: random.log(20, 2_000), workMs: 5 };
  const spanMs = leak.count * (HOUR / leak.perHour);
  const clients = leaked(random, leak, DAY * random.between(0.8, 3) + spanMs * random.between(3, 5));
  const younger = simulatePool(
    random,
    { user: 'late', application: 'late', database: 'main', address: '10.251.0.1' },
    aPool(random, { size: 3, startedAt: -random.log(MINUTE, 12 * HOUR), requestEveryMs: 50 }),
  );
  const truth = { causes: ['oversized-idle-pools'], culprit: isOf(leak.who), lacksEvidence: true } as const;
  return crowded(random, [...clients, ...younger], truth, { uptimeMs: uptime(random, 40 * DAY) });
}

export const LEAKS: readonly Kind[] = [
  { name: 'leak', told: 'Requests that open a session and forget it, at a steady rate', draw: steady },
  {
    name: 'leak by day and night',
    told: 'The same at a rate that follows day and night, for days',
    draw: byDayAndNight,
  },
  {
    name: 'leak that ended',
    told: 'A leak that ended long ago, for twice its time or longer',
    draw: endedLongAgo,
  },
  {
    name: 'leak beside older sessions',
    told: 'The same beside older sessions of the program',
    draw: besideOlder,
  },
  { name: 'pools made anew', told: 'A pool for each request or reload, never closed', draw: poolsAnew },
  {
    name: 'leak of a superuser',
    told: 'A leak of an application that logs in as postgres',
    draw: ofASuperuser,
  },
  {
    name: 'listeners of long ago',
    told: 'Listeners opened one after the other a day ago',
    draw: listenersLongAgo,
  },
];
