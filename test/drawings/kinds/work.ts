import type { Client, Draft, Kind, Truth } from '../drawing.ts';
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

const ofProgram = (cause: Truth['causes'][number], who: Who): Truth => ({
  causes: [cause],
  culprit: isOf(who),
});

/** Pools that have grown within minutes because there is more to do, beside those of before. */
function traffic(random: Random): Draft {
  const who = aProgram(random);
  const count = random.wholeLog(1, 12);
  const size = Math.max(3, Math.ceil(random.wholeLog(20, 150) / count));
  const agoMs = random.log(20 * SECOND, 8 * MINUTE);
  const clients = hosts(random, count).flatMap((address) => {
    const requestMs = random.log(5, 400);
    const busy = {
      requestMs,
      requestEveryMs: requestMs / (size * random.between(0.6, 0.95)),
      lending: 'first',
    } as const;
    const grown = simulatePool(
      random,
      { ...who, address },
      aPool(random, {
        ...busy,
        size,
        startedAt: -agoMs,
        fillGapMs: (agoMs * random.between(0.1, 0.6)) / size,
      }),
    );
    const small = Math.floor(size * random.between(0, 0.3));
    const before = simulatePool(
      random,
      { ...who, address },
      aPool(random, {
        ...busy,
        size: small,
        requestEveryMs: requestMs / Math.max(1, small * 0.8),
        startedAt: -random.log(3 * HOUR, 30 * DAY),
      }),
    );
    return [...grown, ...before];
  });
  return crowded(random, clients, ofProgram('traffic-spike', who), {
    uptimeMs: uptime(random, 30 * DAY),
    neighbourShare: random.between(0.05, 0.5),
  });
}

/** Everything has worked like this since the last deployment, and the server has run for much longer. */
function tooFewSlots(random: Random): Draft {
  const programs = random.whole(3, 10);
  const deployedMs = random.log(3 * HOUR, 12 * DAY);
  const clients = Array.from({ length: programs }, (_, at) => {
    const who = {
      user: `service_${'abcdefghij'.charAt(at)}`,
      application: `api-${'abcdefghij'.charAt(at)}`,
      database: 'main',
    };
    const size = random.whole(4, 14);
    const requestMs = random.log(10, 300);
    const rules = aPool(random, {
      size,
      requestMs,
      requestEveryMs: requestMs / (size * random.between(0.7, 1.2)),
      lending: 'first',
      startedAt: -deployedMs * random.between(0.9, 1),
    });
    return simulatePool(random, { ...who, address: `10.9.${at}.4` }, rules);
  }).flat();
  return crowded(
    random,
    clients,
    { causes: ['limit-too-low'], culprit: null },
    { uptimeMs: uptime(random, 30 * DAY), neighbourShare: 0 },
  );
}

function running(
  random: Random,
  who: Who,
  share: number,
  of: (client: Client) => Partial<Client>,
): readonly Client[] {
  const count = random.wholeLog(1, 10);
  const size = Math.max(2, Math.ceil(random.wholeLog(15, 120) / count));
  return hosts(random, count)
    .flatMap((address) =>
      simulatePool(
        random,
        { ...who, address },
        aPool(random, { size, startedAt: -random.log(HOUR, 30 * DAY) }),
      ),
    )
    .map((client) => (random.chance(share) ? { ...client, ...of(client) } : client));
}

function slow(random: Random): Draft {
  const who = aProgram(random);
  const statement = aStatement(random);
  const longMs = random.log(30 * SECOND, 40 * MINUTE);
  const clients = running(random, who, random.between(0.65, 1), () => ({
    state: 'active',
    since: -longMs * random.between(0.4, 1),
    statement,
    waitEvent: 'DataFileRead',
  }));
  return crowded(random, clients, ofProgram('slow-queries', who));
}

function leftTransactions(random: Random): Draft {
  const who = aProgram(random);
  const longMs = random.log(30 * SECOND, 12 * HOUR);
  const clients = running(random, who, random.between(0.65, 1), ({ openedAt }) => {
    const since = Math.max(openedAt * 0.99, -longMs * random.between(0.4, 1));
    return { state: 'idle in transaction', since, transactionAt: since - 20, statement: aStatement(random) };
  });
  return crowded(random, clients, ofProgram('idle-in-transaction', who));
}

/** COPY ... FROM STDIN whose client sends nothing more. */
function owedInput(random: Random): Draft {
  const who = aProgram(random);
  const longMs = random.log(30 * SECOND, 12 * HOUR);
  const clients = running(random, who, random.between(0.7, 1), ({ openedAt }) => ({
    state: 'active',
    since: Math.max(openedAt * 0.99, -longMs * random.between(0.4, 1)),
    statement: 'COPY readings FROM STDIN',
    waitEvent: 'ClientRead',
  }));
  return crowded(random, clients, ofProgram('clients-owe-input' as Truth['causes'][number], who));
}

/** A pool that fills slowly on a server that has run for long, and has done no work yet. */
function noWorkYet(random: Random): Draft {
  const who = aProgram(random);
  const overMs = random.log(20 * SECOND, 9 * MINUTE);
  const size = random.wholeLog(20, 120);
  const rules = aPool(random, {
    size,
    startedAt: -overMs,
    fillGapMs: (overMs * random.between(0.7, 0.99)) / size,
  });
  const clients = simulatePool(random, { ...who, address: '10.5.0.9' }, rules);
  return crowded(
    random,
    clients,
    { causes: ['oversized-idle-pools'], culprit: isOf(who), lacksEvidence: true },
    { uptimeMs: uptime(random, 30 * DAY), isTold: true },
  );
}

const LATEST = MINUTE;

/** One of several hosts is gone in the middle of its work; the others go on, and have opened in its place. */
function hostLost(random: Random): Draft {
  const who = aProgram(random);
  const count = random.whole(3, 8);
  const size = Math.max(4, Math.floor(random.log(25, 150) / count));
  const goneMs = random.log(5 * LATEST, 90 * MINUTE);
  const perSession = random.log(20, 5_000);
  const all = hosts(random, count);
  const rules = aPool(random, {
    size,
    startedAt: -(goneMs + random.log(HOUR, 20 * DAY)),
    requestEveryMs: perSession / size,
    requestMs: random.log(1, 50),
    lending: 'first',
  });
  const lost = Math.max(1, Math.floor(count * random.between(0.2, 0.6)));
  const clients = all.flatMap((address, at) => {
    if (at >= lost) {
      const more = Math.ceil((size * lost) / (count - lost));
      const later = aPool(random, {
        ...rules,
        size: random.chance(0.5) ? more : 0,
        startedAt: -goneMs * random.between(0.8, 0.98),
      });
      return [
        ...simulatePool(random, { ...who, address }, rules),
        ...simulatePool(random, { ...who, address }, later),
      ];
    }
    const then = simulatePool(random, { ...who, address }, { ...rules, startedAt: rules.startedAt + goneMs });
    return then.map((client) => ({
      ...client,
      openedAt: client.openedAt - goneMs,
      since: client.since - goneMs,
      state: 'idle',
      waitEvent: 'ClientRead',
    }));
  });
  return crowded(
    random,
    clients,
    { causes: ['dead-clients'], culprit: isOf(who), lacksEvidence: lost * 3 < count },
    { hidden: 0, neighbourShare: random.between(0.02, 0.1) },
  );
}

export const WORK: readonly Kind[] = [
  { name: 'traffic', told: 'Pools that have grown within minutes, all at work', draw: traffic },
  {
    name: 'too few slots',
    told: 'All at work since the last deployment, on a server that has run for much longer',
    draw: tooFewSlots,
  },
  { name: 'slow queries', told: 'Statements that run for long', draw: slow },
  { name: 'left transactions', told: 'Transactions that were begun and left', draw: leftTransactions },
  { name: 'input owed', told: 'COPY FROM STDIN of clients that send nothing', draw: owedInput },
  { name: 'no work yet', told: 'A pool that fills slowly and has done no work', draw: noWorkYet },
  {
    name: 'host lost',
    told: 'Some of at least three hosts gone in the middle of their work',
    draw: hostLost,
  },
];
