import { describe, expect, test, vi } from 'vitest';
import { isReportable } from '../../functions/core/incident/is-reportable.ts';
import type { OwnTries, Recall } from '../../functions/core/run/pause.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import { type KnownTries, knownTries } from '../../functions/remediate/known-tries.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { aLogLines, anAlarm, aPolicy, aRefused } from '../support/builders.ts';
import { aRequest } from '../support/runs.ts';

const NOW = Date.now();
const iso = (ms: number) => new Date(ms).toISOString();
const TRIES: OwnTries = { from: iso(NOW - 20_000), to: iso(NOW), tries: 160, address: '10.0.9.9' };
const KNOWING: Recall = { kind: 'read', table: 'pg-headroom', paused: null, ownTries: [TRIES] };

/** A server that lets nobody in, and a memory, which may hold something else when it is read later. */
async function runFor(trigger: Trigger, recalled: Recall | null, tries?: KnownTries, later = recalled) {
  let waitedMs = 0;
  const recall = vi.fn(async () => (waitedMs === 0 ? recalled : later));
  const connect = vi.fn<RemediatePorts['connect']>(async () => ({
    problem: { code: 'connect-full', message: 'No way in.' },
    connecting: { attempts: 160, refusals: [] },
  }));
  const ports: RemediatePorts = {
    ownRole: async () => 'headroom',
    connect,
    recall,
    tries,
    readPooler: async () => null,
    now: () => NOW,
    sleep: async (ms) => {
      waitedMs += ms;
    },
    log: () => {},
  };
  const policy = aPolicy({ mode: 'enforce' });
  const record = await remediate(aRequest({ policy, trigger }), ports);
  return { record, connected: connect.mock.calls.length, recalled: recall.mock.calls.length, waitedMs };
}

const nameless = (count: number) =>
  aRefused({
    user: null,
    database: null,
    address: null,
    count,
    first: iso(NOW - 9_000),
    last: iso(NOW - 1_000),
  });
const lines = (...refused: readonly ReturnType<typeof aRefused>[]) =>
  aLogLines({ at: iso(NOW), lines: 200, refused });

describe('Lines without a name, after a run whose tries were refused', () => {
  test('start no run where our tries left as many', async () => {
    const { record, connected, recalled } = await runFor(lines(nameless(160)), KNOWING);
    expect(record).toMatchObject({
      outcome: 'muted',
      why: 'All refusals in the lines (160) are of our own tries to get in.',
      trigger: { refused: [], tries: 160 },
      connecting: { attempts: 0 },
    });
    expect({ connected, recalled, told: isReportable(record) }).toEqual({
      connected: 0,
      recalled: 1,
      told: false,
    });
  });

  test('count as far as they are more, and start a run', async () => {
    const { record, connected } = await runFor(lines(nameless(161)), KNOWING);
    expect(record.trigger).toMatchObject({ refused: [{ count: 1 }], tries: 160 });
    expect(connected).toBe(1);
  });

  test('count all where memory knows of no try, or is not there', async () => {
    for (const recalled of [{ ...KNOWING, ownTries: undefined }, null])
      expect((await runFor(lines(nameless(160)), recalled)).record.trigger).toMatchObject({
        refused: [{ count: 160 }],
      });
  });

  test('are taken off beside those that name another role, without a wait before the server is asked', async () => {
    const { record, connected } = await runFor(
      lines(nameless(100), aRefused({ user: 'app', count: 3 })),
      KNOWING,
    );
    expect(record.trigger).toMatchObject({ refused: [{ user: 'app', count: 3 }], tries: 100 });
    expect(connected).toBe(1);
  });
});

describe('Lines without a name that memory does not explain', () => {
  const UNKNOWING: Recall = { ...KNOWING, ownTries: undefined };
  const PAUSED: Recall = { ...KNOWING, paused: { at: iso(NOW), by: 'ann', reason: null, until: null } };

  test('start no run where memory explains them four seconds later, when the last run is reported', async () => {
    const { record, connected, waitedMs } = await runFor(lines(nameless(160)), UNKNOWING, undefined, KNOWING);
    expect(record).toMatchObject({
      outcome: 'muted',
      why: 'All refusals in the lines (160) are of our own tries to get in.',
      connecting: { attempts: 0 },
    });
    expect({ connected, waitedMs, told: isReportable(record) }).toEqual({
      connected: 0,
      waitedMs: 4_000,
      told: false,
    });
  });

  test('start one where they are more than the tries that memory then holds', async () => {
    const { record, connected } = await runFor(lines(nameless(161)), UNKNOWING, undefined, KNOWING);
    expect(record.trigger).toMatchObject({ refused: [{ count: 1 }], tries: 160 });
    expect(connected).toBe(1);
  });

  test('start one that knows what memory holds by then, a pause as well', async () => {
    const { record } = await runFor(lines(nameless(161)), UNKNOWING, undefined, PAUSED);
    expect(record.recall).toMatchObject({ paused: { by: 'ann' }, ownTries: [TRIES] });
  });

  test('start one that keeps what memory held, where it cannot be read again', async () => {
    const unreadable: Recall = {
      ...{ kind: 'unreadable', table: 't' },
      problem: { code: 'memory-unreadable', message: 'x' },
    };
    const { record, connected } = await runFor(lines(nameless(161)), PAUSED, undefined, unreadable);
    expect(record).toMatchObject({
      recall: { kind: 'read', paused: { by: 'ann' } },
      trigger: { tries: 160 },
    });
    expect(connected).toBe(1);
  });

  test.each([
    ['with a line that names another client', lines(nameless(160), aRefused({ user: 'app' })), UNKNOWING],
    ['where there is no memory', lines(nameless(160)), null],
    ['where memory explains them at once', lines(nameless(160)), KNOWING],
    ['of an alarm, which comes minutes later', anAlarm({ at: iso(NOW) }), UNKNOWING],
  ])('cost no wait %s', async (_, trigger, recalled) => {
    expect((await runFor(trigger, recalled)).waitedMs).toBe(0);
  });
});

const justNow = (count: number) => ({ ...nameless(count), last: iso(NOW) });

describe('Lines of a run that the same function made, before memory holds its tries', () => {
  test.each([
    ['no memory', null],
    ['a memory that does not know of it yet', { ...KNOWING, ownTries: undefined }],
    [
      'a memory that cannot be read',
      { kind: 'unreadable', table: 't', problem: { code: 'memory-unreadable', message: 'x' } },
    ],
  ] as const)('start no run with %s', async (_, recalled) => {
    const tries = knownTries();
    await runFor(anAlarm({ at: iso(NOW) }), recalled, tries);
    const { record, connected } = await runFor(lines(justNow(160)), recalled, tries);
    expect(record).toMatchObject({ outcome: 'muted', trigger: { refused: [], tries: 160 } });
    expect(connected).toBe(0);
  });

  test('are counted once where memory holds them as well', async () => {
    const tries = knownTries();
    await runFor(anAlarm({ at: iso(NOW) }), null, tries);
    const recalled = { ...KNOWING, ownTries: tries.all() };
    expect((await runFor(lines(justNow(200)), recalled, tries)).record.trigger).toMatchObject({
      refused: [{ count: 40 }],
      tries: 160,
    });
  });

  test('are those of its last six runs', async () => {
    const tries = knownTries();
    for (let run = 0; run < 8; run += 1) await runFor(anAlarm({ at: iso(NOW) }), null, tries);
    expect(tries.all()).toHaveLength(6);
  });
});

describe('An alarm on the number of refusals', () => {
  const minute = iso(Math.floor(NOW / 60_000) * 60_000);
  const [, year, month, day, time] = /^\d\d(\d\d)-(\d\d)-(\d\d)T([\d:]{8})/.exec(minute) ?? [];
  const alarm = (value: number) =>
    anAlarm({
      at: iso(NOW),
      alarm: 'pg-headroom-orders-refusals',
      reason: `Threshold Crossed: 1 out of the last 1 datapoints [${value}.0 (${day}/${month}/${year} ${time})] was greater than or equal to the threshold (1.0).`,
    });

  test('that counted our own tries alone is muted, says why and publishes nothing', async () => {
    const { record, connected } = await runFor(alarm(140), KNOWING);
    expect(record).toMatchObject({ outcome: 'muted', why: expect.stringContaining('they are our own') });
    expect({ connected, told: isReportable(record) }).toEqual({ connected: 0, told: false });
  });

  test('that counted more starts a run', async () => {
    expect((await runFor(alarm(161), KNOWING)).connected).toBe(1);
    expect((await runFor(alarm(140), null)).connected).toBe(1);
  });
});

test('no record keeps the time of each line', async () => {
  const timed = { ...nameless(2), times: [NOW - 2, NOW - 1] };
  for (const mode of ['off', 'enforce'] as const) {
    const trigger = lines(timed);
    const ports = { recall: async () => null } as unknown as RemediatePorts;
    if (mode === 'off') {
      const request = aRequest({ policy: aPolicy({ mode }), trigger });
      const record = await remediate(request, { ...ports, now: () => NOW });
      expect(JSON.stringify(record)).not.toContain('times');
    } else expect(JSON.stringify((await runFor(trigger, null)).record)).not.toContain('times');
  }
});
