import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import { parsePolicyText } from '../../../functions/core/policy/parse-policy.ts';
import {
  parseSnapshotFile,
  parseSnapshotText,
  toSnapshotFile,
} from '../../../functions/core/server/snapshot-file.ts';
import { aPlan, aPolicy, aSession, aSnapshot } from '../../support/builders.ts';
import { policies, snapshots, triggers } from '../plan/arbitraries.ts';

const SMALLEST = { slots: { max: 20 }, sessions: [] };
const BACKEND = { backendType: 'client backend', user: 'app', database: 'shop' };
const OLD = { ...BACKEND, state: 'idle', stateAgeMs: 7_200_000 };

function messageOf(input: unknown): string {
  try {
    parseSnapshotFile(input);
  } catch (error) {
    if (error instanceof RemediationError && error.code === 'snapshot-invalid') return error.message;
    throw error;
  }
  throw new Error('It parsed');
}

describe('what a file leaves out', () => {
  test('around the sessions has defaults', () => {
    expect(parseSnapshotFile(SMALLEST)).toEqual({
      takenAt: '',
      server: { flavor: 'postgresql', version: 'unknown', provider: null, ownPid: null, readsAllStats: true },
      slots: {
        max: 20,
        superuserReserved: 3,
        reserved: 0,
        providerReserved: 0,
        walSenders: 10,
        roles: [],
        databases: [],
      },
      sessions: [],
      refusals: [],
      pooler: null,
    });
  });

  test('of a session is unknown, empty, or false where the author vouches for it', () => {
    expect(parseSnapshotFile({ ...SMALLEST, sessions: [{}] }).sessions).toEqual([
      {
        pid: null,
        sessionId: null,
        backendStart: null,
        backendType: null,
        user: null,
        database: null,
        application: '',
        address: '',
        state: null,
        stateChange: null,
        stateAgeMs: null,
        transactionAgeMs: null,
        queryAgeMs: null,
        waitEvent: null,
        blockedBy: [],
        superuser: false,
        advisoryLock: false,
        temporaryTables: false,
        lastStatement: null,
      },
    ]);
  });

  test.each([
    ['pid', 'built-in', 'unknown pid'],
    ['backendType', 'built-in', 'unknown backend type'],
    ['state', 'built-in', 'unknown state'],
    ['stateAgeMs', 'unknown-age', 'the server did not report its age'],
  ] as const)('as %s spares the session', (key, reason, detail) => {
    const { [key]: _, ...session } = { pid: 7, ...OLD };
    const snapshot = parseSnapshotFile({ slots: { max: 4 }, sessions: [session, { ...OLD, pid: 8 }] });
    expect(aPlan({ snapshot }).spared).toContainEqual(expect.objectContaining({ reason, detail }));
  });
});

describe('a fact that is null could not be read', () => {
  test.each([
    ['superuser', {}, 'may be a superuser'],
    ['advisoryLock', {}, 'advisory locks could not be read'],
    ['temporaryTables', { protect: { temporaryTables: true } }, 'temporary tables could not be read'],
  ])('%s', (fact, policy, detail) => {
    const sessions = [
      { ...OLD, pid: 7, [fact]: null },
      { ...OLD, pid: 8 },
      { ...OLD, pid: 9, [fact]: false },
    ];
    const snapshot = parseSnapshotFile({ slots: { max: 6 }, sessions });
    const { spared, victims } = aPlan({ snapshot, policy: aPolicy(policy) });
    expect(spared.find(({ session }) => session.pid === 7)?.detail).toBe(detail);
    expect(victims.map(({ session }) => session.pid)).toEqual([8]);
    expect(JSON.parse(JSON.stringify(toSnapshotFile(snapshot))).sessions[0]).toHaveProperty(fact, null);
  });
});

test('statements are reduced to their shape when a file is read', () => {
  const sessions = [{ lastStatement: "SELECT 'secret' -- 7" }, { lastStatement: '<insufficient privilege>' }];
  const shapes = parseSnapshotFile({ ...SMALLEST, sessions }).sessions.map(
    ({ lastStatement }) => lastStatement,
  );
  expect(shapes).toEqual(['SELECT ?', '<insufficient privilege>']);
});

describe('what is refused', () => {
  test.each([
    ['no object', [], '(root): found [], expected an object with'],
    ['no slots', { sessions: [] }, 'slots: missing, expected an object with max'],
    ['no max', { ...SMALLEST, slots: {} }, 'slots.max: missing, expected a whole number from 1'],
    ['no sessions', { slots: { max: 1 } }, 'sessions: missing, expected a list of sessions'],
    ['a key that nobody knows', { ...SMALLEST, session: [] }, 'session: found [], expected no such key'],
    ['a key of a session', { ...SMALLEST, sessions: [{ app: 'x' }] }, 'sessions[0].app: found "x"'],
    [
      'a provider that we do not know',
      { ...SMALLEST, server: { provider: 'heroku' } },
      'server.provider: found "heroku", expected "rds", "aurora", "azure", "google" or null',
    ],
    ['another product', { ...SMALLEST, server: { flavor: 'mysql' } }, 'server.flavor: found "mysql"'],
    ['a pid of 0', { ...SMALLEST, sessions: [{ pid: 0 }] }, 'sessions[0].pid: found 0'],
    ['an age below 0', { ...SMALLEST, sessions: [{ stateAgeMs: -1 }] }, 'sessions[0].stateAgeMs: found -1'],
    [
      'an age as text',
      { ...SMALLEST, sessions: [{ stateAgeMs: '10m' }] },
      'found "10m", expected a whole number',
    ],
    [
      'a network as address',
      { ...SMALLEST, sessions: [{ address: '10.0.0.1/32' }] },
      'an IP address without a mask',
    ],
    ['null as application', { ...SMALLEST, sessions: [{ application: null }] }, 'application: found null'],
    ['a refusal of no kind', { ...SMALLEST, refusals: [{ count: 1 }] }, 'refusals[0].kind: missing'],
    [
      'a pid twice',
      { ...SMALLEST, sessions: [{ pid: 7 }, {}, {}, { pid: 7 }] },
      'sessions[3].pid: found 7, expected one that differs from sessions[0].pid',
    ],
    [
      'a limit twice',
      {
        ...SMALLEST,
        slots: {
          max: 9,
          roles: [
            { name: 'a', limit: 1 },
            { name: 'a', limit: 2 },
          ],
        },
      },
      'slots.roles[1].name: found "a", expected one that differs from slots.roles[0].name',
    ],
  ])('%s', (_, input, expected) => {
    expect(messageOf(input)).toContain(expected);
  });

  test('with all problems at once', () => {
    const sessions = [
      { pid: 1, x: 1 },
      { pid: 1, state: 5 },
    ];
    expect(messageOf({ slots: { max: 0 }, sessions })).toMatch(/4 problems.*max.*\.x.*\.state.*\.pid/s);
  });

  test.each([
    '',
    '{',
    'null',
    '7',
    '"x"',
    '['.repeat(50_000),
    `{"slots":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ])('text such as %.12s', (text) => {
    expect(() => parseSnapshotText(text)).toThrow(expect.objectContaining({ code: 'snapshot-invalid' }));
  });
});

describe('for any snapshot', () => {
  test('its file plans the same', () => {
    fc.assert(
      fc.property(snapshots, policies, triggers, (snapshot, written, trigger) => {
        const policy = parsePolicyText(JSON.stringify(written));
        const read = parseSnapshotText(JSON.stringify(toSnapshotFile(snapshot)));
        expect(read).toEqual(snapshot);
        expect(planRemediation(read, policy, trigger)).toEqual(planRemediation(snapshot, policy, trigger));
      }),
    );
  });

  test('any text as a statement is reduced once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...` ab1'"$-/*@;.\\E?\n`) }), (lastStatement) => {
        const once = parseSnapshotFile({ ...SMALLEST, sessions: [{ lastStatement }] });
        expect(parseSnapshotFile(toSnapshotFile(once))).toEqual(once);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('no JSON makes the parser throw anything but the coded error', () => {
  const whole = toSnapshotFile(aSnapshot({ sessions: [aSession(), aSession({ pid: 2 })] }));
  const keys = Object.keys(whole.sessions[0] ?? {});
  fc.assert(
    fc.property(
      fc.constantFrom(...keys, 'slots', 'server', 'sessions', '__proto__'),
      fc.json(),
      (key, json) => {
        for (const part of [
          `{"${key}":${json}}`,
          `{"slots":{"max":9},"sessions":[{"${key}":${json}}]}`,
          json,
        ]) {
          try {
            parseSnapshotText(part);
          } catch (error) {
            expect(error).toMatchObject({ name: 'snapshot-invalid' });
          }
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
