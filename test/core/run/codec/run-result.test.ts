import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MAX_RECORD_BYTES, packRecord } from '../../../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../../../functions/core/run/record.ts';
import { headOf } from '../../../../functions/core/run/run-head.ts';
import { NO_SETTINGS, type PoolerState } from '../../../../functions/core/server/pooler.ts';
import type { Session } from '../../../../functions/core/server/session.ts';
import { aPolicy, aSession, aSnapshot, HOUR, someSessions } from '../../../support/builders.ts';
import { recordOf, runOf, sessionsOf, snapshotOf } from '../../../support/records.ts';
import { misconfiguredBy, recoveredWithoutMemory, sweptWith } from '../../../support/remembered.ts';

const ENFORCE = aPolicy({ mode: 'enforce', limits: { maxVictims: 60 } });
const SMALL = runOf({
  snapshot: snapshotOf(
    sessionsOf([
      { count: 50, application: 'billing', fromAgeMs: 3 * HOUR, addresses: ['10.0.3.17', 'local', ''] },
      { count: 6, application: `it's "odd" \u{1F600}\n<b>`, state: 'active' },
    ]),
  ),
  results: ['changed', 'forbidden', 'gone'],
  came: someSessions(4, 90_000, { application: 'newcomer' }),
});

/** The same numbers on every run; the low bits of a linear congruence are no good, the high ones are. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Five thousand sessions as a large server has them: microseconds at random, dozens of services, hundreds of statements. */
function largeRun(statementOf: (index: number, random: (below: number) => number) => string): RunRecord {
  const random = makeRandom(7);
  const now = Date.parse('2026-11-21T03:15:43Z');
  const text = (ageMs: number) =>
    `${new Date(now - ageMs).toISOString().replace('T', ' ').slice(0, 23)}${String(random(1_000)).padStart(3, '0')}+00`;
  const sessions = Array.from({ length: 5_000 }, (_, index): Session => {
    const ageMs = random(2 * HOUR);
    return aSession({
      pid: 1_000 + index * 3 + random(3),
      backendStart: text(ageMs + random(HOUR)),
      user: `service_${index % 12}`,
      database: `db_${index % 5}`,
      application: `service-${index % 40}`,
      address: `10.0.${index % 9}.${random(250)}`,
      stateChange: text(ageMs),
      stateAgeMs: ageMs,
      queryAgeMs: ageMs + random(20),
      lastStatement: statementOf(index, random),
    });
  });
  const snapshot = aSnapshot({ server: { ownPid: null }, slots: { max: 5_010 }, sessions });
  return runOf({ snapshot, policy: ENFORCE, came: sessions.slice(0, 30).map(reconnected) });
}

const reconnected = (session: Session): Session => ({
  ...session,
  pid: (session.pid ?? 0) + 100_000,
  backendStart: '2026-11-21 03:15:44.123456+00',
});

const ORDINARY = largeRun(
  (index) => `SELECT id, total FROM orders_${index % 300} WHERE customer = $1 AND status = ? LIMIT ?`,
);
/** Statements that no two sessions share, as an object mapper with generated names makes them. */
const WORDY = largeRun((_, random) =>
  Array.from({ length: 6 }, () => `t${random(1e9).toString(36)}`).join(', '),
);

/** Every session of the server is one of the pooler's, and each is lent to one of five hundred kinds of clients. */
const BEHIND_POOLER = ((): RunRecord => {
  const { snapshot } = ORDINARY;
  if (snapshot === null) throw new Error('The run has no snapshot');
  const random = makeRandom(11);
  const pooler: PoolerState = {
    kind: 'pgbouncer',
    at: '10.0.0.7:6432',
    addresses: ['10.0.0.7'],
    problem: null,
    version: 'PgBouncer 1.24.1',
    pools: [],
    clients: Array.from({ length: 500 }, (_, index) => ({
      application: `service-${index % 40}`,
      user: `service_${index % 12}`,
      database: `db_${index % 5}`,
      address: `10.3.${index % 9}.${random(250)}`,
      count: 10,
      linked: 10,
      waiting: 0,
      since: `2026-11-21 0${index % 4}:${10 + random(50)}:${10 + random(50)} UTC`,
    })),
    clientCount: 5_000,
    sessions: snapshot.sessions.map(({ pid, user }) => ({
      pid: pid ?? 0,
      user: user ?? '',
      client: random(500),
    })),
    unlisted: null,
    settings: NO_SETTINGS,
  };
  return { ...ORDINARY, snapshot: { ...snapshot, pooler } };
})();

/** What no reduction may touch. */
function kept({ plan, attempts, outcome, policy, trigger, timings, connecting }: RunRecord) {
  return { victims: plan?.victims, attempts, outcome, policy, trigger, timings, connecting };
}

describe('a record', () => {
  test.each<[string, RunRecord]>([
    ['of a run that acted', SMALL],
    ['of a run that observed', runOf({ snapshot: snapshotOf([]), policy: aPolicy({ mode: 'observe' }) })],
    ['of a run that never connected', recordOf('cannot-connect')],
    ['of a run without memory', recoveredWithoutMemory()],
    ['of a run that looked further', sweptWith(misconfiguredBy({ role: { connectionLimit: null } }))],
    [
      'of a run that broke off',
      recordOf('failed', {
        snapshot: aSnapshot({ sessions: [aSession({ state: null, stateAgeMs: null })] }),
      }),
    ],
  ])('%s comes back as it was', (_, record) => {
    const result = packRecord(record);
    expect(result.reduced).toEqual([]);
    expect(unpackRecord(result)).toEqual(record);
    expect(unpackRecord(JSON.parse(JSON.stringify(result)))).toEqual(record);
  });

  test('of a function that is not yet deployed anew lacks what came later', () => {
    const { recall: _, misconfigurations: __, ...before } = recordOf('healthy');
    const result = packRecord(before as RunRecord);
    expect(unpackRecord(result)).toEqual({ ...before, recall: null, misconfigurations: null });

    const snapshot = aSnapshot({ server: { provider: 'rds' } });
    const { provider, ...server } = snapshot.server;
    const earlier = { ...recordOf('healthy'), snapshot: { ...snapshot, server } };
    expect(unpackRecord(packRecord(earlier as RunRecord)).snapshot?.server).toEqual({
      ...server,
      provider: null,
    });
  });

  test('says in the open whose it is and how it ended', () => {
    const { packed, ...open } = packRecord(SMALL);
    expect(open).toEqual({
      pgHeadroom: 1,
      runId: SMALL.runId,
      server: 'orders',
      mode: 'enforce',
      outcome: SMALL.outcome,
      metrics: 'few',
      reduced: [],
      head: headOf(SMALL),
    });
    expect(packed).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  test('of five thousand ordinary sessions fits as it is', () => {
    const result = packRecord(ORDINARY);
    expect(ORDINARY.attempts).toHaveLength(60);
    expect(result.reduced).toEqual([]);
    expect(JSON.stringify(result).length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(unpackRecord(result)).toEqual(ORDINARY);
  });

  test('of five thousand sessions of a pooler, each lent to a client, fits', () => {
    const result = packRecord(BEHIND_POOLER);
    expect(JSON.stringify(result).length).toBeLessThan(240_000);
    const { snapshot } = unpackRecord(result);
    expect(snapshot?.pooler).toEqual(BEHIND_POOLER.snapshot?.pooler);
    expect(snapshot?.sessions).toHaveLength(5_000);
  });

  test('that is too large loses the statements of spared sessions first', () => {
    const result = packRecord(WORDY);
    expect(result.reduced[0]).toBe('statements');
    expect(result.packed.length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    const record = unpackRecord(result);
    expect(kept(record)).toEqual(kept(WORDY));
    expect(record.snapshot?.sessions).toHaveLength(5_000);
    expect(record.plan?.spared.every(({ session }) => session.lastStatement === null)).toBe(true);
    expect(record.plan?.spared.map(({ session, reason }) => [session.pid, reason])).toEqual(
      WORDY.plan?.spared.map(({ session, reason }) => [session.pid, reason]),
    );
  });

  test('that is still too large loses details, and then the spared sessions, but never victims or attempts', () => {
    // Names that nothing compresses: only leaving them out helps.
    const random = makeRandom(11);
    const noise = () => Array.from({ length: 12 }, () => random(1e9).toString(36)).join('');
    const sessions = WORDY.snapshot?.sessions.map((session) => ({ ...session, application: noise() })) ?? [];
    const monster = runOf({
      snapshot: aSnapshot({ slots: { max: 5_010 }, sessions }),
      policy: aPolicy({
        mode: 'enforce',
        limits: { maxVictims: 60, keepPerGroup: 0 },
      }),
    });
    const result = packRecord(monster);
    expect(result.reduced).toEqual(['statements', 'details', 'spared sessions']);
    expect(result.packed.length).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    const record = unpackRecord(result);
    expect(monster.attempts).toHaveLength(60);
    expect(kept(record)).toEqual(kept(monster));
    expect(record.plan?.spared).toEqual([]);
  });

  test('that cannot be read elsewhere still shows that a row was hidden', () => {
    const hidden = { state: null, stateAgeMs: null, lastStatement: '<insufficient privilege>' };
    const sessions = [...(WORDY.snapshot?.sessions ?? []), aSession({ pid: 99_999, ...hidden })];
    const record = unpackRecord(
      packRecord(runOf({ snapshot: aSnapshot({ slots: { max: 5_010 }, sessions }), policy: ENFORCE })),
    );
    expect(record.snapshot?.sessions.at(-1)?.lastStatement).toBe('<insufficient privilege>');
  });
});

describe('what is no record', () => {
  const good = packRecord(SMALL);
  const zip = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');
  const flipped = Buffer.from(good.packed, 'base64');
  flipped[Math.floor(flipped.length / 2)] = (flipped[Math.floor(flipped.length / 2)] ?? 0) ^ 0xff;

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'record'],
    ['an empty object', {}],
    ['another version', { ...good, pgHeadroom: 2 }],
    ['an unknown outcome', { ...good, outcome: 'splendid' }],
    ['no content', { ...good, packed: undefined }],
    ['a cut content', { ...good, packed: good.packed.slice(0, good.packed.length / 2) }],
    ['a flipped byte', { ...good, packed: flipped.toString('base64') }],
    ['content that is no gzip', { ...good, packed: Buffer.from('record').toString('base64') }],
    ['content that is no JSON', { ...good, packed: gzipSync('record').toString('base64') }],
    ['content that is null', { ...good, packed: zip(null) }],
    ['content of another shape', { ...good, packed: zip({ snapshot: null, plan: null, readings: [] }) }],
    ['a record of a later version', { ...good, packed: zip({ ...recordOf('off'), version: 2 }) }],
  ])('%s is refused as such', (_, result) => {
    expect(() => unpackRecord(result)).toThrow(
      expect.objectContaining({
        code: 'record-invalid',
        message: expect.stringMatching(
          /^The run's record cannot be read \(.+\): look at the log .* same version\.$/s,
        ),
      }),
    );
  });
});
