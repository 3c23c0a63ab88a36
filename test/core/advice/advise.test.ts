import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advise.ts';
import { CAUSES } from '../../../functions/core/diagnosis.ts';
import { HOUR } from '../../support/builders.ts';
import { type AdviceCase, anAdviceCase, CASES, GAUSS, LEAK, SHOP } from './cases.ts';

const ALL = Object.entries({ ...CASES, 'leak on GaussDB': GAUSS });
const adviceOn = ({ record, diagnosis }: AdviceCase) => adviseOn(record, diagnosis);
const textsOn = (incident: AdviceCase) => adviceOn(incident).map(({ text }) => text);
const linesOn = (incident: AdviceCase) => adviceOn(incident).flatMap(({ paste }) => paste?.lines ?? []);
const caseOf = (name: string): AdviceCase => {
  const incident = CASES[name];
  if (incident === undefined) throw new Error(`There is no case ${name}`);
  return incident;
};
/** A full stop that ends a sentence, not one in a version or before a file's ending. */
const sentencesIn = (text: string) => text.split(/[.:!?](?= [A-Z]|$)/).length - 1;

describe('advice', () => {
  test('every cause has a case', () => {
    const causes = new Set(ALL.map(([, { diagnosis }]) => diagnosis.cause));
    expect([...causes].toSorted()).toEqual([...CAUSES].toSorted());
  });

  test.each(ALL)('on %s is something, little, and short', (_, incident) => {
    const advice = adviceOn(incident);
    expect(advice.length).toBeGreaterThan(0);
    expect(advice.length).toBeLessThanOrEqual(6);
    for (const { text } of advice) {
      expect(text).toMatch(/^\S.*[.:]$/);
      expect(sentencesIn(text)).toBeLessThanOrEqual(4);
      expect(text.length).toBeLessThanOrEqual(420);
    }
  });

  test.each(ALL)('on %s is the same every time, and not said twice', (_, incident) => {
    expect(adviceOn(incident)).toEqual(adviceOn(incident));
    expect(new Set(textsOn(incident)).size).toBe(textsOn(incident).length);
  });

  test.each(ALL)('on %s has an undo for every setting that it changes', (_, incident) => {
    for (const { paste } of adviceOn(incident)) {
      const changes = paste?.lines.filter((line) => line.startsWith('ALTER ')) ?? [];
      expect(paste?.undo?.filter((line) => line.startsWith('ALTER ')) ?? []).toHaveLength(changes.length);
    }
  });

  test('without a snapshot is none', () => {
    const { record, diagnosis } = caseOf('leak');
    expect(adviseOn({ ...record, snapshot: null }, diagnosis)).toEqual([]);
  });
});

describe('what is advised on', () => {
  test.each<[string, readonly RegExp[]]>([
    [
      'leak',
      [
        /they lost sessions: billing-worker \(12\)\./,
        /cap it at 29 \(it held 41\)/,
        /idle sessions of role billing end after 30m: at 19 an hour that leaves 10\./,
        /where billing-worker opens connections/,
        /Alert when 45 of the 57 usable slots are in use \(80 %\), at this rate 38m before/,
      ],
    ],
    [
      'leak that nobody names',
      [/role billing \(12\)/, /cap it/, /end after 1h\./, /client\.release/, /45 of/],
    ],
    [
      'leak on Aurora, observed',
      [/Before it may act.*flink-orders \(12\)/, /cap it/, /30m/, /leakDetectionThreshold/, /reads lower/],
    ],
    [
      'pools too large',
      [/57P01/, /cap it/, /41 of the 57 usable slots.*at most 9 on each address/, /PgBouncer/, /Alert/],
    ],
    [
      'several pools too large',
      [/57P01/, /role shop/, /at most 13 \(storefront\) and 6 \(billing-worker\)/, /PgBouncer/, /Alert/],
    ],
    [
      'scattered over many pods',
      [/57P01/, /cap it at 36/, /at most 1 on/, /24 addresses.*lifetime/, /PgBouncer/, /Alert/],
    ],
    [
      'traffic spike',
      [/PgBouncer.*4 addresses/, /jitter.*10\.0\.5\.9 was refused 25 times within 22s/, /batches/, /45/],
    ],
    [
      'slow queries',
      [/pid 4200 \(report\) runs longest, for 25m\..*superuser/, /role bi to 5m/, /batches/, /Alert/],
    ],
    [
      'transactions left open',
      [
        /pid 4200 \(role billing\).*2h 11m ago, the oldest of 41\. A cancel/,
        /billing leaves open end after 5m/,
        /autocommit/,
      ],
    ],
    [
      'queue behind a forgotten transaction',
      [/^pid 4200 \(psql\) blocks 56 sessions, idle in transaction for 25m/, /role ada/, /^psql: COMMIT/],
    ],
    [
      'queue behind a migration',
      [
        /^pid 4200 \(migrate\) blocks 56 sessions.*40m\. Cancel it first/,
        /role deploy to 15m/,
        /lock_timeout/,
      ],
    ],
    ['reconnect storm', [/billing-worker/, /cap it at 33/, /exponential backoff/, /PgBouncer/]],
    ['role at its limit, busy', [/10 of the 10 sessions that role batch.*raise its limit to 15/]],
    ['role at its limit, idle', [/10 sessions that role batch may have.*at most 3 on each address/]],
    ['database at its limit, busy', [/database stock may have.*15/]],
    ['a limit that is no longer reached', [/no longer reached/]],
    ['replication', [/All 10 walsender slots/, /from 10 to 15/]],
    [
      'pooler too large',
      [/The pooler holds 41 sessions.*at most 29.*MaxConnectionsPercent, at most 48/, /Alert/],
    ],
    ['tools left open', [/Role ada held 41 sessions of DBeaver 24/, /DBeaver.*psql -c/]],
    ['tools under an application’s role', [/applications share it/, /pgAdmin disconnect/]],
    ['monitoring', [/Cap role monitor at 5/, /pool of 2/]],
    ['dead clients', [/role billing after 60 s/, /firewall/]],
    ['dead clients of many roles', [/new sessions after 60 s/, /firewall/]],
    ['half-open clients', [/authentication_timeout/, /ss -tn/]],
    ['half-open clients on RDS', [/instance's parameter group: authentication_timeout = 20/, /ss -tn/]],
    [
      'too few slots',
      [/from 60 to 80: about 10 MB each, 200 MB more\..*restart/, /PgBouncer/, /jitter/, /Alert/],
    ],
    [
      'too few slots on Azure',
      [/In the server parameters: max_connections = 80 \(static\)/, /PgBouncer/, /Alert/],
    ],
    ['unclear', [/billing-worker/, /grows between two looks/]],
    ['mixture', [/cap it at 23/, /30m/, /billing-worker opens/, /Alert/, /Role ada held 22/, /psql -c/]],
  ])('%s, in this order', (name, expected) => {
    const texts = textsOn(caseOf(name));
    expect(texts.map((text, at) => (expected[at]?.test(text) ? 'as expected' : text))).toEqual(
      expected.map(() => 'as expected'),
    );
  });

  test('every case is in the table above', () => {
    expect(Object.keys(CASES)).toHaveLength(29);
  });
});

describe('advice is withheld', () => {
  const leak = (fields: Omit<Parameters<typeof anAdviceCase>[0], 'groups' | 'cause'>) =>
    linesOn(anAdviceCase({ groups: [LEAK, SHOP], cause: 'connection-leak', ...fields })).join('\n');

  test('where the setting came with a later version', () => {
    expect(leak({ server: { version: '14.23' } })).toContain('idle_session_timeout');
    expect(leak({ server: { version: '13.23' } })).not.toContain('idle_session_timeout');
    const queue = caseOf('queue behind a migration');
    const onVersion = (version: string) => {
      const { snapshot } = queue.record;
      if (snapshot === null) throw new Error('No snapshot');
      const server = { ...snapshot.server, version };
      return linesOn({ ...queue, record: { ...queue.record, snapshot: { ...snapshot, server } } }).join();
    };
    expect(onVersion('17.10')).toContain('SET transaction_timeout');
    expect(onVersion('16.14')).toContain('SET statement_timeout');
  });

  test('where a leak is faster than any timeout', () => {
    const opening = (perHour: number) => ({ opening: { perHour, spanMs: HOUR, fullInMs: 0 } });
    expect(leak(opening(1_000))).toContain("SET idle_session_timeout = '1min'");
    expect(leak(opening(2_000))).not.toContain('idle_session_timeout');
  });

  test('under a pooler, whose idle sessions rest on purpose', () => {
    expect(leak({ poolers: ['10.0.3.0/24'] })).not.toContain('idle_session_timeout');
  });

  test('for superusers and the provider’s roles', () => {
    for (const group of [
      { ...LEAK, superuser: true },
      { ...LEAK, user: 'rdsadmin' },
    ]) {
      const lines = linesOn(anAdviceCase({ groups: [group, SHOP], cause: 'connection-leak' })).join('\n');
      expect(lines).not.toContain('ALTER ROLE');
    }
  });

  test('to raise max_connections where slots are held in vain', () => {
    const mixed = anAdviceCase({
      groups: [
        { ...SHOP, count: 30, state: 'active' },
        { ...LEAK, count: 27 },
      ],
      cause: 'limit-too-low',
      culprits: { storefront: 'limit-too-low', 'billing-worker': 'connection-leak' },
    });
    expect(linesOn(mixed).join('\n')).not.toContain('max_connections');
  });

  test('to raise a role’s limit where the server has no room', () => {
    const full = anAdviceCase({
      groups: [
        { count: 10, application: 'nightly', user: 'batch', state: 'active' },
        { ...SHOP, count: 40, state: 'active' },
      ],
      cause: 'role-limit',
      slots: { roles: [{ name: 'batch', limit: 10 }] },
    });
    expect(textsOn(full)).toEqual([expect.stringContaining('the server has no room for more')]);
  });

  test('to make a pool smaller than what it does right now', () => {
    const busy = anAdviceCase({
      groups: [{ ...LEAK, state: 'active' }, SHOP],
      cause: 'oversized-idle-pools',
    });
    expect(textsOn(busy).join('\n')).not.toContain('Make them at most');
  });

  test('to put a second pooler in front', () => {
    const behind = anAdviceCase({
      groups: [LEAK, SHOP],
      cause: 'oversized-idle-pools',
      poolers: ['10.9.9.9'],
    });
    expect(linesOn(behind)).not.toContain('[pgbouncer]');
  });

  test('to put a pooler in front of a few hosts, or of a server that has room', () => {
    const few = anAdviceCase({
      groups: [{ ...LEAK, addresses: ['10.0.3.17'] }, SHOP],
      cause: 'oversized-idle-pools',
    });
    const roomy = anAdviceCase({ groups: [{ ...LEAK, count: 20 }, SHOP], cause: 'oversized-idle-pools' });
    for (const incident of [few, roomy]) expect(linesOn(incident)).not.toContain('[pgbouncer]');
    expect(textsOn(roomy).join('\n')).not.toContain('Alert when');
  });

  test('on what else there is, where slots are not short', () => {
    const unexplained = anAdviceCase({
      groups: [
        { ...LEAK, count: 9 },
        { ...SHOP, count: 6 },
      ],
      cause: 'half-open-clients',
      culprits: { 'billing-worker': 'connection-leak' },
      opening: { perHour: 4, spanMs: 2 * HOUR, fullInMs: null },
    });
    expect(linesOn(unexplained).join('\n')).not.toContain('ALTER ROLE');
    const limited = anAdviceCase({
      groups: [{ ...LEAK, count: 10 }, SHOP],
      cause: 'role-limit',
      culprits: { 'billing-worker': 'connection-leak' },
      slots: { roles: [{ name: 'billing', limit: 10 }] },
    });
    expect(linesOn(limited).join('\n')).toContain('idle_session_timeout');
  });

  test('about the fate of clients that are gone, and of people’s tools', () => {
    for (const name of ['dead clients', 'tools left open'])
      expect(textsOn(caseOf(name)).join('\n')).not.toContain('they lost sessions');
  });

  test('to end what our run has ended', () => {
    const left = { ...LEAK, count: 57, state: 'idle in transaction', fromAgeMs: 3 * HOUR };
    const { record, diagnosis } = anAdviceCase({ groups: [left], cause: 'idle-in-transaction' });
    const [first] = record.snapshot?.sessions.filter(({ user }) => user === 'billing') ?? [];
    if (first === undefined) throw new Error('No session');
    const attempt = { pid: first.pid ?? 0, sessionId: null, backendStart: first.backendStart, round: 1 };
    const ended = { ...attempt, guard: 'signalled', result: 'terminated' } as const;
    const before = adviseOn(record, diagnosis)[0]?.text;
    const after = adviseOn({ ...record, attempts: [ended] }, diagnosis);
    expect(before).toContain('the oldest of 57');
    expect(after.map(({ text }) => text).join()).toContain('the oldest of 56');
  });
});

describe('GaussDB', () => {
  test('has session_timeout, set in its console, and 0 is never advised', () => {
    const text = textsOn(GAUSS).find((each) => each.includes('session_timeout'));
    expect(text).toMatch(/default of 600 s.*0 switches it off.*Parameter Modifications, Save/);
    expect(linesOn(GAUSS).join('\n')).not.toMatch(/ALTER SYSTEM|idle_session_timeout/);
  });
});
