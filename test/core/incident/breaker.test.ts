import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BREAKER } from '../../../functions/core/incident/breaker.ts';
import { followIncident } from '../../../functions/core/incident/follow-incident.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { pauseAt } from '../../../functions/core/run/pause.ts';
import { aRun, live, minute, SHOP } from '../../support/summaries.ts';

const refilled = (minutes: number) => aRun(minutes, { outcome: 'refilled' });
const partial = (minutes: number, need = 12) => aRun(minutes, { outcome: 'partial', need });
const healthy = (minutes: number) => aRun(minutes, { outcome: 'healthy' });
const tripped = ({ memory }: { readonly memory: Memory }) => memory.paused?.by === BREAKER;

describe('The breaker', () => {
  test('trips at the third run in a row whose slots were taken again, for an hour, and says so', () => {
    const { memory, stories, told } = live([refilled(0), refilled(5), refilled(10)]);
    expect(told).toEqual(['opened', null, 'changed']);
    expect(memory.paused).toEqual({
      at: '2026-11-21T03:25:00.000Z',
      by: BREAKER,
      reason: '3 runs in 10m ended 36 sessions without lasting effect',
      until: '2026-11-21T04:25:00.000Z',
    });
    expect(stories[2]).toMatchObject({ change: 'breaker', breaker: memory.paused });
  });

  test.each([
    ['two runs', [refilled(0), refilled(5)]],
    [
      'three runs with one between that found no pressure',
      [refilled(0), refilled(5), healthy(7), refilled(10)],
    ],
    ['three runs over more than half an hour', [refilled(0), refilled(16), refilled(32)]],
    ['runs that each leave less to free', [partial(0, 40), partial(5, 28), partial(10, 16), partial(15, 4)]],
    ['relief that lasts', [0, 10, 20, 30].map((at) => aRun(at))],
    [
      'relief of another culprit each time',
      [0, 5, 10, 15].map((at) => aRun(at, at % 2 === 0 ? {} : { culprit: SHOP })),
    ],
    ['a leak that is bled', [0, 5, 10, 15, 20].map((at) => aRun(at, { cause: 'connection-leak' }))],
    ['runs that ended nobody', [0, 5, 10, 15].map((at) => aRun(at, { outcome: 'no-candidates' }))],
    [
      'runs that do not ask whether they are paused',
      [0, 5, 10, 15].map((at) => ({ ...refilled(at), heedsPause: false })),
    ],
  ])('does not trip on %s', (_, runs) => {
    expect(tripped(live(runs))).toBe(false);
  });

  test.each([
    ['partial runs after which as much is to free', [0, 5, 10, 15].map((at) => partial(at))],
    ['relief that is gone by the next sweep', [0, 5, 10, 15].map((at) => aRun(at))],
    ['a mixture', [refilled(0), partial(5), aRun(10), aRun(15, { outcome: 'no-candidates' })]],
  ])('trips on %s', (_, runs) => {
    expect(tripped(live(runs.slice(0, -1)))).toBe(false);
    expect(tripped(live(runs))).toBe(true);
  });

  test('trips although a storm of other runs is reported between', () => {
    const storm = (from: number) =>
      Array.from({ length: 40 }, (_, at) => aRun(from + at / 100, { outcome: 'busy' }));
    const runs = [refilled(0), ...storm(1), refilled(5), ...storm(6), refilled(10)];
    expect(tripped(live(runs))).toBe(true);
  });

  test("leaves people's pause alone", () => {
    const paused = { at: '2026-11-21T03:20:00.000Z', by: 'ada', reason: null, until: null };
    const { memory } = live([refilled(0), refilled(5)]);
    expect(live([refilled(10)], { ...memory, paused }).memory.paused).toEqual(paused);
  });

  test('lets runs act again when its hour is over, and trips anew only after three more', () => {
    const { memory } = live([refilled(0), refilled(5), refilled(10)]);
    expect(pauseAt(memory.paused, minute(69))).not.toBeNull();
    expect(pauseAt(memory.paused, minute(70))).toBeNull();
    const again = live([refilled(71), refilled(72)], memory);
    expect(again.memory.paused).toBeNull();
    expect(tripped(live([refilled(73)], again.memory))).toBe(true);
  });

  test('allows three more runs after an early resume', () => {
    const { memory } = live([refilled(0), refilled(5), refilled(10)]);
    const resumed = { ...memory, paused: null };
    expect(tripped(live([refilled(12), refilled(14)], resumed))).toBe(false);
    expect(tripped(live([refilled(12), refilled(14), refilled(16)], resumed))).toBe(true);
  });

  test('ends its pause with the incident, and no pause of people', () => {
    const runs = [healthy(15), healthy(20), healthy(25)];
    const { memory } = live([refilled(0), refilled(5), refilled(10)]);
    const over = live(runs, memory);
    expect(over.told).toEqual([null, null, 'over']);
    expect(over.stories[2]?.breaker).toEqual(memory.paused);
    expect(over.memory.paused).toBeNull();
    const paused = { at: '2026-11-21T03:20:00.000Z', by: 'ada', reason: null, until: null };
    expect(live(runs, { ...memory, paused }).memory.paused).toEqual(paused);
  });

  test('is told once; the paused runs that follow are no change', () => {
    const paused = (at: number) => aRun(at, { outcome: 'paused' });
    const { memory } = live([refilled(0), refilled(5), refilled(10)]);
    expect(live([15, 20, 25, 30, 35, 40].map(paused), memory).told).toEqual([
      ...Array(5).fill(null),
      'reminder',
    ]);
  });
});

const gaps = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 30 });
const startsOf = (waits: readonly number[]) =>
  waits.map((_, at) => waits.slice(0, at).reduce((a, b) => a + b, 0));

describe('Whatever happens', () => {
  test('the breaker never trips on runs that helped', () => {
    const helped = fc.oneof(
      fc.constant(aRun(0, { outcome: 'healthy' })),
      fc
        .record({ need: fc.integer({ min: 1, max: 40 }) })
        .map(({ need }) => aRun(0, { need, ended: need, cause: 'connection-leak' })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(helped, fc.integer({ min: 1, max: 20 })), { maxLength: 30 }), (steps) => {
        const starts = startsOf(steps.map(([, wait]) => wait));
        const runs = steps.map(([run], at) => ({
          ...run,
          ...aRun(starts[at] ?? 0, run),
          runId: `helped-${at}`,
        }));
        expect(tripped(live(runs))).toBe(false);
      }),
    );
  });

  test('the breaker never trips on runs each of which leaves half of what it freed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 500 }), gaps, (need, waits) => {
        const starts = startsOf(waits);
        let left = need;
        const runs = starts.map((at) => {
          const ended = Math.max(1, Math.floor(left / 4));
          const run = aRun(at, { outcome: left > ended ? 'partial' : 'recovered', need: left, ended });
          left = Math.max(0, left - Math.ceil(ended / 2));
          return run;
        });
        expect(tripped(live(runs))).toBe(false);
      }),
    );
  });

  test('the breaker always trips on an endless refill that runs come back to within ten minutes', () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 60 }), (waits, ended) => {
        const runs = startsOf(waits).map((at) => aRun(at, { outcome: 'refilled', need: ended, ended }));
        expect(tripped(live(runs.slice(0, 3)))).toBe(true);
      }),
    );
  });

  test("a person's pause is never overwritten", () => {
    const outcomes = fc.constantFrom('refilled', 'partial', 'recovered', 'healthy', 'paused', 'unexplained');
    fc.assert(
      fc.property(fc.array(outcomes, { maxLength: 40 }), (list) => {
        const paused = { at: '2026-11-21T03:00:00.000Z', by: 'ada', reason: 'fail-over', until: null };
        let memory: Memory = { ...NOTHING_REMEMBERED, paused };
        for (const [at, outcome] of list.entries()) {
          memory = followIncident(memory, aRun(at * 3, { outcome }), minute(at * 3)).memory;
          expect(memory.paused).toEqual(paused);
        }
      }),
    );
  });
});
