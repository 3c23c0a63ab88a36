import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { CAUSES } from '../../../functions/core/diagnosis/cause.ts';
import { CASES, GAUSS } from './cases.ts';
import { adviceOn, caseOf, linesOn, textsOn } from './said.ts';

const ALL = Object.entries({ ...CASES, 'leak on GaussDB': GAUSS });
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
        /lost sessions\. Check that they still run: billing-worker \(12\); /,
        /cap it at 29 sessions \(it held 41\)/,
        /idle sessions of role billing after 30m: with 19 new ones an hour, about 10 stay open\./,
        /where billing-worker does not close connections/,
        /^Be warned earlier: .*from 42 used slots on \(75 % of 57\), at this rate about 48 minutes before/,
      ],
    ],
    [
      'leak that nobody names',
      [/role billing \(12\)/, /cap it/, /after 1h\./, /client\.release/, /from 42 used slots/],
    ],
    [
      'leak on Aurora, observed',
      [
        /^Look at these 12 idle sessions of flink-orders \(seen at/,
        /end exactly these 12 sessions\. That frees 12 slots of the 12 that are missing/,
        /Before you switch to enforce.*flink-orders \(12\)/,
        /cap it/,
        /30m/,
        /leakDetectionThreshold/,
      ],
    ],
    [
      'pools too large',
      [
        /57P01/,
        /cap it/,
        /41 of the 57 usable slots.*at most 9 together on each address/,
        /PgBouncer/,
        /^Be warned earlier/,
      ],
    ],
    [
      'several pools too large',
      [
        /57P01/,
        /role shop/,
        /at most 13 \(storefront\) and 6 \(billing-worker\)/,
        /PgBouncer/,
        /^Be warned earlier/,
      ],
    ],
    [
      'scattered over many pods',
      [
        /57P01/,
        /cap it at 36/,
        /at most 1 together on/,
        /24 addresses.*shorter than a pod/,
        /PgBouncer/,
        /^Be warned earlier/,
      ],
    ],
    [
      'traffic spike',
      [
        /PgBouncer.*4 addresses/,
        /jitter.*10\.0\.5\.9 was refused 25 times within 22s/,
        /batches/,
        /from 42 used/,
      ],
    ],
    [
      'slow queries',
      [
        /pid 4200 \(report\) has run longest \(25m\)\. Look at these 3 statements \(seen at 03:15:43 UTC\)\. A superuser/,
        /cancel exactly these 3 statements\. A cancel keeps the session.*frees 3 slots.*changed after 03:15:43 UTC is left alone/,
        /role bi to 30m \(half of those that run have taken/,
        /batches/,
        /^Be warned earlier/,
      ],
    ],
    [
      'statements that wait for input',
      [
        /pid 4200 \(loader\) waits for input from its client for 25m, the longest of 47, .*A cancel may do nothing.*Look at the longest 18 \(seen.*No slot is left, not even for a superuser/,
        /end exactly these 18 sessions.*rolled back\. That frees 18 slots/,
        /keepalives/,
        /cuts clients off/,
      ],
    ],
    [
      'a session for each request',
      [/php opens a connection for each request/, /PgBouncer/, /^Be warned earlier/],
    ],
    [
      'transactions left open',
      [
        /pid 4200 \(role billing\).*2h 11m ago, the oldest of 41\. A cancel.*Look at the oldest 12 \(seen/,
        /end exactly these 12 sessions: their changes are rolled back\. That frees 12 slots/,
        /billing leaves open after 5m/,
        /autocommit/,
      ],
    ],
    [
      'queue behind a forgotten transaction',
      [
        /^pid 4200 \(psql\) blocks 56 sessions and has been idle in transaction for 25m\. Look at it \(seen/,
        /^A cancel does not reach it: end exactly this session.*queue of 56 moves/,
        /role ada/,
        /^psql: run COMMIT/,
      ],
    ],
    [
      'queue behind a migration',
      [
        /^pid 4200 \(migrate\) blocks 56 sessions.*40m\. Look at it \(seen/,
        /^Cancel exactly this statement; terminate only if that fails.*ended its transaction after/,
        /role deploy to 15m/,
        /lock_timeout/,
      ],
    ],
    ['reconnect storm', [/billing-worker/, /backoff/, /small pool/, /PgBouncer: 45 sessions/]],
    [
      'role at its limit, busy',
      [/All 10 sessions that role batch may have are taken, 10 busy\. Raise its limit to 15/],
    ],
    ['role at its limit, idle', [/10 sessions that role batch may have.*at most 3 together on each address/]],
    ['database at its limit, busy', [/database stock may have.*15/]],
    ['a limit that is no longer reached', [/no longer reached/]],
    ['replication', [/All 10 walsender slots/, /from 10 to 15/]],
    [
      'pooler too large',
      [
        /^Do not end the pooler's sessions/,
        /The pooler holds 41 sessions.*at most 29.*MaxConnectionsPercent to at most 48/,
        /^Be warned earlier/,
      ],
    ],
    ['tools left open', [/hold 51 sessions of role ada, idle for up to 9h/, /DBeaver.*psql -c/]],
    ['tools under an application’s role', [/applications use the same role/, /pgAdmin disconnect/]],
    [
      'tools of many people',
      [/hold 56 sessions of 4 roles.*Do the same for the other roles that only people use\./, /psql -c/],
    ],
    [
      'one service of many roles',
      [
        /57P01/,
        /cap each: role a at 11 \(it held 14\), .* d at 11/,
        /PostgreSQL JDBC Driver 56 \(4 addresses, up to 14 each\).*at most 11 together on/,
        /PgBouncer/,
        /^Be warned earlier/,
      ],
    ],
    [
      'two leaks',
      [
        /57P01/,
        /role billing/,
        /role billing after 1h/,
        /role media after/,
        /billing-worker and thumbnailer do not close/,
        /^Be warned earlier/,
      ],
    ],
    [
      'pooler for many users',
      [/^Do not end/, /The pooler holds 56 sessions for 4 roles.*at most 11 and/, /^Be warned earlier/],
    ],
    ['load test', [/^pgbench is a load test/, /^Be warned earlier/]],
    ['monitoring', [/pool of 2/]],
    ['dead clients', [/keepalives for role billing: .* 2 minutes/, /firewall/]],
    ['dead clients of many roles', [/keepalives: .* 2 minutes/, /firewall/]],
    ['half-open clients', [/authentication_timeout/, /ss -tn/]],
    ['half-open clients on RDS', [/instance's parameter group: authentication_timeout = 20/, /ss -tn/]],
    [
      'too few slots',
      [
        /200 MB of memory to spare \(about 10 MB for each session\).*from 60 to 80\. .*restart/,
        /PgBouncer/,
        /jitter/,
        /^Be warned earlier/,
      ],
    ],
    [
      'too few slots on Azure',
      [/In the server parameters: max_connections = 80 \(static\)/, /PgBouncer/, /^Be warned earlier/],
    ],
    ['unclear', [/billing-worker/, /again in five minutes/]],
    [
      'mixture',
      [
        /cap it at 23/,
        /30m/,
        /billing-worker does not close/,
        /^Be warned earlier/,
        /hold 22 sessions of role ada/,
        /psql -c/,
      ],
    ],
  ])('%s, in this order', (name, expected) => {
    const texts = textsOn(caseOf(name));
    expect(texts.map((text, at) => (expected[at]?.test(text) ? 'as expected' : text))).toEqual(
      expected.map(() => 'as expected'),
    );
  });

  test('every case is in the table above', () => {
    expect(Object.keys(CASES)).toHaveLength(36);
  });
});

describe('GaussDB', () => {
  test('has session_timeout, set in its console, and 0 is never advised', () => {
    const text = textsOn(GAUSS).find((each) => each.includes('session_timeout'));
    expect(text).toMatch(/default of 600 s.*0 switches it off.*Parameter Modifications, Save/);
    expect(linesOn(GAUSS).join('\n')).not.toMatch(/ALTER SYSTEM|idle_session_timeout/);
  });
});
