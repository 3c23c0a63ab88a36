import type { Client, Draft, Kind, Truth } from '../drawing.ts';
import type { Random } from '../random.ts';
import { aProgram, aStatement, crowded, DAY, HOUR, isOf, MINUTE, SECOND, uptime } from '../stage.ts';

/** Tables of which many want a row, behind somebody who holds it. */
function queue(random: Random, head: Partial<Client> | null, headPid: number): readonly Client[] {
  const who = { user: 'shop', application: 'cart', database: 'shop' };
  const waitedMs = random.log(3 * SECOND, 20 * MINUTE);
  const waiting = Array.from(
    { length: random.wholeLog(15, 120) },
    (_, at): Client => ({
      ...who,
      address: `10.3.0.${at % 9}`,
      openedAt: -random.log(waitedMs * 1.5, 20 * DAY),
      state: 'active',
      since: -waitedMs * random.between(0.1, 0.95),
      statement: 'UPDATE stock SET amount = $1',
      waitEvent: 'relation',
      blockedBy: [headPid],
    }),
  );
  if (head === null) return waiting;
  const since = -waitedMs * 1.1;
  const first: Client = {
    ...who,
    user: 'ops',
    application: 'psql',
    address: '10.3.1.1',
    pid: headPid,
    openedAt: since * 2,
    state: 'active',
    since,
    statement: 'ALTER TABLE stock ADD COLUMN weight int',
    ...head,
  };
  return [first, ...waiting];
}

function lockedBySession(random: Random): Draft {
  const state = random.oneOf(['idle in transaction', 'active']);
  const clients = queue(
    random,
    { state, transactionAt: -HOUR, user: 'importer', application: 'import' },
    3_900,
  );
  return crowded(
    random,
    clients,
    { causes: ['lock-pile-up'], culprit: ({ user }) => user === 'importer' },
    { hidden: 0 },
  );
}

/** An autovacuum worker to prevent wraparound, an ALTER TABLE that waits for it, and all who wait for that. */
function behindAutovacuum(random: Random): Draft {
  const vacuum: Client = {
    user: '',
    application: '',
    database: 'shop',
    address: '',
    backendType: 'autovacuum worker',
    pid: 3_901,
    openedAt: -HOUR,
    state: 'active',
    since: -HOUR,
    statement: 'autovacuum: VACUUM stock (to prevent wraparound)',
    waitEvent: 'VacuumDelay',
  };
  const clients = queue(random, { blockedBy: [3_901], waitEvent: 'relation' }, 3_900);
  return crowded(
    random,
    [vacuum, ...clients],
    { causes: ['lock-pile-up'], culprit: ({ user }) => user === 'ops' },
    { hidden: 0 },
  );
}

/** Refused clients that come again without a pause. */
function storm(random: Random): Draft {
  const who = aProgram(random);
  const usable = random.wholeLog(20, 150);
  const lastMs = random.log(20, 1_500);
  const inside = Math.floor(usable * random.between(0.35, 1.02));
  const clients = Array.from({ length: inside }, (): Client => {
    const openedAt = -1 - random.next() * lastMs;
    return {
      ...who,
      address: random.oneOf(['10.7.0.1', '10.7.0.2', '10.7.0.3']),
      openedAt,
      state: random.chance(0.8) ? 'active' : 'idle',
      since: openedAt * random.between(0.05, 0.95),
      statement: aStatement(random),
    };
  });
  const spanMs = random.log(2 * SECOND, 50 * SECOND);
  const count = Math.ceil((random.log(15, 800) * spanMs) / 1_000);
  const refused = [
    { count, spanMs, agoMs: random.between(50, 2_000), user: who.user, database: who.database },
  ];
  return crowded(
    random,
    clients,
    { causes: ['reconnect-storm', 'session-per-request' as Truth['causes'][number]], culprit: isOf(who) },
    {
      trigger: 'log-lines',
      refused,
      free: Math.max(0, usable - inside),
      neighbourShare: random.between(0.02, 0.3),
      hidden: 0,
    },
  );
}

/** Each request opens a session, does its work, and closes it. */
function perRequest(random: Random): Draft {
  const who = aProgram(random);
  const lastMs = random.log(60, 4_000);
  const clients = Array.from({ length: random.wholeLog(12, 150) }, (): Client => {
    const openedAt = -1 - lastMs * random.next();
    return {
      ...who,
      address: random.oneOf(['10.7.0.1', '10.7.0.2', '10.7.0.3']),
      openedAt,
      state: random.chance(0.85) ? 'active' : 'idle',
      since: openedAt * random.between(0.1, 0.95),
      statement: aStatement(random),
    };
  });
  return crowded(
    random,
    clients,
    { causes: ['session-per-request' as Truth['causes'][number]], culprit: isOf(who) },
    { uptimeMs: uptime(random, DAY), trigger: 'alarm' },
  );
}

export const CROWDS: readonly Kind[] = [
  { name: 'lock of a session', told: 'A queue behind a session', draw: lockedBySession },
  {
    name: 'lock of autovacuum',
    told: 'A queue behind a DDL that waits for an autovacuum worker',
    draw: behindAutovacuum,
  },
  { name: 'storm', told: 'Refused clients that come again without a pause', draw: storm },
  { name: 'session per request', told: 'A session for each request, without refusals', draw: perRequest },
];
