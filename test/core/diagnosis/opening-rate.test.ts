import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openingsOf } from '../../../functions/core/diagnosis/opening-rate.ts';
import { HOUR, SECOND } from '../../support/builders.ts';

/** A leak as one finds it: at a steady rate with jitter, after a start of its pool, some of its sessions ended since. */
const leaks = fc.record({
  perHour: fc.double({ min: 5, max: 500, noNaN: true }),
  count: fc.integer({ min: 15, max: 400 }),
  /** Of the interval, to either side. */
  jitter: fc.double({ min: 0, max: 0.4, noNaN: true }),
  shifts: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 400, maxLength: 400 }),
  startBurst: fc.integer({ min: 0, max: 40 }),
  burstGapMs: fc.integer({ min: 1, max: 100 }),
  /** Since it stopped, for the server was full: a share of the time it took. */
  quiet: fc.double({ min: 0, max: 2, noNaN: true }),
  /** Every so manyth session has ended by itself; 0 for none. */
  ended: fc.constantFrom(0, 5, 3),
});

describe('the rate at which sessions were opened', () => {
  test('is within a fifth of the true one for steady leaks of 5 to 500 an hour', () => {
    fc.assert(
      fc.property(leaks, ({ perHour, count, jitter, shifts, startBurst, burstGapMs, quiet, ended }) => {
        const every = HOUR / perHour;
        const leaked = Array.from({ length: count }, (_, at) => (at + (shifts[at] ?? 0) * jitter) * every);
        const kept = leaked.filter((_, at) => ended === 0 || at % ended !== 0);
        const pool = Array.from({ length: startBurst }, (_, at) => -every / 2 - at * burstGapMs);
        const now = count * every * (1 + quiet) + SECOND;
        const { steady } = openingsOf([...kept, ...pool].map((time) => now - time));
        const truth = ended === 0 ? perHour : perHour * (1 - 1 / ended);
        expect(Math.abs((steady?.perHour ?? 0) / truth - 1)).toBeLessThan(0.2);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is none for the start of a pool, however large, slow and long ago', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 4, maxLength: 200 }),
        fc.integer({ min: SECOND, max: 48 * HOUR }),
        (gaps, ago) => {
          let at = 0;
          const ages = gaps.map((gap) => {
            at += gap;
            return ago + at;
          });
          expect(openingsOf(ages)).toMatchObject({ steady: null, bursts: 1, inBursts: gaps.length });
        },
      ),
    );
  });

  test('is none for a handful of sessions, and for none', () => {
    expect(openingsOf([]).steady).toBeNull();
    expect(openingsOf([5 * HOUR, 4 * HOUR, 3 * HOUR, 2 * HOUR, HOUR]).steady).toBeNull();
  });

  test('is none where pods start one after the other with a pause', () => {
    const pods = [6, 4, 1].flatMap((hours) => Array.from({ length: 15 }, (_, at) => hours * HOUR + at * 20));
    expect(openingsOf(pods)).toMatchObject({ steady: null, bursts: 3, inBursts: 45 });
  });
});
