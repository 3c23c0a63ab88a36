import { describe, expect, test } from 'vitest';
import {
  METRICS_CHOICES,
  type MetricsChoice,
  OWN_METRICS,
  SERVER_METRICS,
} from '../../functions/contract.ts';
import { meaningOf } from '../../functions/core/incident/outcome-table.ts';
import { OUTCOMES } from '../../functions/core/run/outcome.ts';
import {
  chosenOf,
  expiredEvent,
  failedRun,
  metricsOf,
  type OwnMetric,
  type ServerMetric,
} from '../../functions/report/run-metrics.ts';
import { INCIDENTS, OBSERVED } from '../support/incidents.ts';

const INVOCATION = { functionName: 'pg-headroom-orders', requestId: 'c2a6f2ae' };

/** What a run comes to, by name; the time it took is its own. */
function numbersOf(metrics: readonly ServerMetric[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    metrics.filter(({ name }) => name !== 'durationMs').map(({ name, value }) => [name, value]),
  );
}

describe('a run in numbers', () => {
  const SLOTS = { usedSlots: 57, usableSlots: 57 };

  test.each([
    [
      'recovered',
      { unresolved: 0, ...SLOTS, terminated: 10, chosen: 12, spared: 45, retaken: 1, connectTries: 14 },
    ],
    [
      'refilled',
      { unresolved: 1, ...SLOTS, terminated: 12, chosen: 12, spared: 45, retaken: 11, connectTries: 14 },
    ],
    ['paused', { unresolved: 1, ...SLOTS, paused: 1, chosen: 12, spared: 45, connectTries: 14 }],
    ['cannot-connect', { unresolved: 1, connectTries: 214 }],
    ['busy', { connectTries: 1 }],
    ['muted', { connectTries: 0 }],
  ] as const)('%s', (outcome, expected) => {
    expect(numbersOf(metricsOf(INCIDENTS[outcome]()))).toEqual(expected);
  });

  test('an observing run chose sessions, and terminated none', () => {
    const observed = OBSERVED['observe-recovered']?.();
    const numbers = observed && numbersOf(metricsOf(observed));
    expect(numbers).toMatchObject({ unresolved: 1, chosen: 12 });
    expect(numbers).not.toHaveProperty('terminated');
  });

  test.each(OUTCOMES)('each number of a run that ended as %s is one', (outcome) => {
    for (const { value } of metricsOf(INCIDENTS[outcome]())) expect(Number.isFinite(value)).toBe(true);
  });

  test('only the duration is a time', () => {
    const times = metricsOf(INCIDENTS.recovered()).filter(({ unit }) => unit !== 'Count');
    expect(times).toEqual([{ name: 'durationMs', unit: 'Milliseconds', value: 3_731 }]);
  });
});

describe('what is left to a human', () => {
  test.each([
    ['enforce', false],
    ['observe', true],
  ] as const)('when a run that may %s expects to recover: %s', (mode, expected) => {
    expect(meaningOf('recovered', mode).unresolved).toBe(expected);
  });

  test('is unknown after a run that did not look, so that a pager stays as it is', () => {
    const unknown = OUTCOMES.filter((outcome) => meaningOf(outcome, 'enforce').unresolved === null);
    expect(unknown).toEqual(['busy', 'muted', 'stale', 'off']);
  });
});

describe('the choice', () => {
  const namesOf = (choice: MetricsChoice) =>
    chosenOf(metricsOf(INCIDENTS.recovered()), choice).map(({ name }) => name);

  test('none sends nothing', () => {
    expect(namesOf('none')).toEqual([]);
  });

  test('few sends what alarms and the graph of slots need', () => {
    expect(namesOf('few')).toEqual(['unresolved', 'usedSlots', 'usableSlots', 'terminated']);
  });

  test('all sends every number', () => {
    expect(namesOf('all')).toEqual(metricsOf(INCIDENTS.recovered()).map(({ name }) => name));
  });
});

describe('events without a record', () => {
  test('a failed run is one, and unresolved', () => {
    const measure = failedRun(INVOCATION);
    expect(measure).toMatchObject({ kind: 'server', server: 'orders' });
    expect(measure.metrics.map(({ name, value }) => [name, value])).toEqual([
      ['failedRuns', 1],
      ['unresolved', 1],
    ]);
  });

  test('an expired event is only counted', () => {
    expect(expiredEvent({ ...INVOCATION, functionName: null })).toMatchObject({
      server: 'unknown',
      metrics: [{ name: 'expiredEvents', value: 1 }],
    });
  });
});

/** The contract imports nothing, and core imports nothing but core: only the compiler can hold them together. */
describe('the contract', () => {
  test('knows the same metrics and choices', () => {
    const servers: Readonly<Record<ServerMetric['name'], string>> = SERVER_METRICS;
    const own: Readonly<Record<OwnMetric['name'], string>> = OWN_METRICS;
    const choices: readonly MetricsChoice[] = METRICS_CHOICES;
    expect(new Set([...Object.values(servers), ...Object.values(own)]).size).toBe(
      Object.keys(SERVER_METRICS).length + Object.keys(OWN_METRICS).length,
    );
    expect(choices).toContain('few');
  });
});
