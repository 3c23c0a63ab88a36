import type { Client, Draft, Kind } from '../drawing.ts';
import type { Random } from '../random.ts';
import { simulatePool } from '../simulated-pool.ts';
import { aPool, aProgram, crowded, DAY, HOUR, hosts, isOf, MINUTE, SECOND } from '../stage.ts';
import { LEAKS } from './leaks.ts';
import { POOLS } from './pools.ts';

/** PgBouncer in session mode: many clients' logins behind one address, each session reset when it is given back. */
function pooler(random: Random): Draft {
  const logins = random.whole(2, 6);
  const address = '10.8.0.2';
  const isNamed = random.chance(0.3);
  const clients = Array.from({ length: logins }, (_, at) => {
    const who = { user: `app_${'abcdef'.charAt(at)}`, database: 'main', address };
    const size = random.whole(Math.ceil(16 / logins), 25);
    const rules = aPool(random, {
      size,
      startedAt: -random.log(HOUR, 10 * DAY),
      reset: 'DISCARD ALL',
      prepared: 'DISCARD ALL',
      requestEveryMs: random.log(5 * SECOND, 5 * MINUTE),
    });
    return simulatePool(random, { ...who, application: '' }, rules).map((client) => ({
      ...client,
      application: random.oneOf(['', `web-${at}`, `jobs-${at}`]),
    }));
  }).flat();
  const truth = {
    causes: ['pooler-oversized'],
    culprit: ({ user }: Client | { user: string }) => user.startsWith('app_'),
  } as const;
  return crowded(random, clients, truth, {
    isTold: isNamed ? !random.chance(0.3) : true,
    poolers: isNamed ? [address] : [],
    hidden: 0,
  });
}

/** A pool of one service that resets its sessions itself. */
function discardAllPool(random: Random): Draft {
  const who = { ...aProgram(random), application: random.oneOf(['shop-api', '']) };
  const count = random.wholeLog(1, 8);
  const size = Math.max(4, Math.floor(random.log(12, 120) / count));
  const deployedMs = random.log(10 * MINUTE, 10 * DAY);
  const rules = aPool(random, {
    size,
    fillGapMs: random.log(3, 40),
    reset: 'DISCARD ALL',
    prepared: 'DISCARD ALL',
    requestEveryMs: random.chance(0.5) ? random.log(20 * SECOND, 20 * MINUTE) : null,
  });
  const clients = hosts(random, count).flatMap((address) =>
    simulatePool(random, { ...who, address }, { ...rules, startedAt: -deployedMs * random.between(0.9, 1) }),
  );
  return crowded(random, clients, { causes: ['oversized-idle-pools'], culprit: isOf(who) });
}

function tools(random: Random): Draft {
  const people = random.whole(4, 25);
  const clients = Array.from({ length: people }, (_, at) => {
    const application = random.oneOf([
      'psql',
      'DBeaver 24.2.0 - Main',
      'pgAdmin 4 - DB:shop',
      'DataGrip 2024.2',
    ]);
    const openedAt = -random.log(10 * MINUTE, 9 * HOUR);
    return Array.from(
      { length: random.whole(2, 6) },
      (): Client => ({
        user: `dev_${'abcdefghijklmnopqrstuvwxyz'.charAt(at)}`,
        database: 'shop',
        application,
        address: `10.4.0.${at}`,
        openedAt,
        state: 'idle',
        since: openedAt * random.between(0.1, 0.95),
        statement: 'SELECT * FROM orders',
      }),
    );
  }).flat();
  return crowded(random, clients, {
    causes: ['developer-tools'],
    culprit: ({ user }) => user.startsWith('dev_'),
  });
}

function monitoring(random: Random): Draft {
  const who = {
    user: 'metrics',
    application: random.oneOf(['datadog-agent', 'postgres_exporter', 'pganalyze-collector']),
    database: 'postgres',
  };
  const size = random.wholeLog(10, 80);
  const rules = aPool(random, {
    size,
    startedAt: -random.log(HOUR, 10 * DAY),
    requestEveryMs: random.log(100, 20_000),
  });
  return crowded(random, simulatePool(random, { ...who, address: '10.4.1.1' }, rules), {
    causes: ['monitoring-hog'],
    culprit: isOf(who),
  });
}

/** From 18 on the server shows who has not logged in yet. */
function halfOpen(random: Random): Draft {
  const overMs = random.log(8 * SECOND, 58 * SECOND);
  const clients = Array.from({ length: random.wholeLog(10, 80) }, (_, at): Client => {
    const openedAt = -3_200 - (overMs - 3_200) * random.next();
    return {
      user: '',
      database: '',
      application: '',
      address: `10.66.0.${at % 5}`,
      openedAt,
      state: 'starting',
      since: openedAt,
      statement: '',
    };
  });
  return crowded(
    random,
    clients,
    { causes: ['half-open-clients'], culprit: null },
    { version: '18.4', hidden: 0, neighbourShare: random.between(0.1, 0.6) },
  );
}

/** Any of the other kinds, while only some of the slots are used by now. */
function room(random: Random): Draft {
  const { scene } = random.oneOf([...LEAKS, ...POOLS]).draw(random);
  const used = scene.clients.length;
  const refused = [
    { count: random.whole(1, 5), spanMs: SECOND, agoMs: random.log(10 * SECOND, 90 * SECOND) },
  ];
  return {
    scene: {
      ...scene,
      free: Math.ceil(used * random.between(1.2, 4)),
      trigger: random.oneOf(['alarm', 'log-lines']),
      refused,
      hidden: 0,
    },
    truth: { causes: ['unclear'], culprit: null },
  };
}

/** A bit of everything: nothing explains a third. */
function mixed(random: Random): Draft {
  const clients = Array.from({ length: random.whole(8, 16) }, (_, at): readonly Client[] => {
    const who = {
      user: `role_${'abcdefghijklmnopqrst'.charAt(at)}x`,
      application: `${'qwertzuiopasdfgh'.charAt(at)}-job`,
      database: 'main',
      address: `10.2.${at}.1`,
    };
    const openedAt = -random.log(HOUR, 5 * DAY);
    const since = -random.log(20 * SECOND, HOUR * 0.8);
    const state = ['active', 'idle in transaction', 'idle', 'idle', 'busy'][at % 5] ?? 'idle';
    return Array.from(
      { length: random.whole(2, 4) },
      (): Client => ({
        ...who,
        openedAt: openedAt * random.between(0.5, 1),
        state: state === 'busy' ? 'active' : state,
        since: state === 'busy' ? -5 : since * random.between(0.5, 1),
        transactionAt: since,
        statement: 'SELECT now()',
        waitEvent: 'BufferPin',
      }),
    );
  }).flat();
  return crowded(random, clients, { causes: ['unclear'], culprit: null }, { neighbourShare: 0 });
}

export const OTHERS: readonly Kind[] = [
  { name: 'pooler', told: 'PgBouncer in session mode, with several logins', draw: pooler },
  {
    name: 'pool with DISCARD ALL',
    told: 'A pool of one service that resets with DISCARD ALL',
    draw: discardAllPool,
  },
  { name: 'tools', told: 'Tools that people left open', draw: tools },
  { name: 'monitoring', told: 'A monitoring agent with many sessions', draw: monitoring },
  { name: 'half-open', told: 'Clients that never finish logging in, on 18', draw: halfOpen },
  { name: 'room', told: 'Refusals or an alarm, and a server with room by now', draw: room },
  { name: 'a bit of everything', told: 'Nothing explains a third', draw: mixed },
];
