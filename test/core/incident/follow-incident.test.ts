import { describe, expect, test } from 'vitest';
import { followIncident } from '../../../functions/core/incident/follow-incident.ts';
import { NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { OUTCOMES } from '../../../functions/core/run/outcome.ts';
import { aRun, BILLING, live, minute, SHOP } from '../../support/summaries.ts';

const healthy = (minutes: number) => aRun(minutes, { outcome: 'healthy', refused: false });
const partial = (minutes: number, fields = {}) =>
  aRun(minutes, { outcome: 'partial', refused: false, ...fields });
/** Pressure that nobody was ended for, so that no breaker has a say. */
const pressed = (minutes: number, fields = {}) => aRun(minutes, { outcome: 'no-candidates', ...fields });
const unexplained = (minutes: number) => aRun(minutes, { outcome: 'unexplained' });

describe('An incident', () => {
  test('opens with trouble, and is over after three healthy runs in a row', () => {
    const { told, stories, memory } = live([aRun(0), healthy(5), healthy(10), healthy(15)]);
    expect(told).toEqual(['opened', null, null, 'over']);
    expect(stories[3]).toMatchObject({
      because: 'healthy',
      incident: { openedAt: '2026-11-21T03:15:00.000Z', runs: 1, ended: 12, culprit: BILLING },
    });
    expect(memory).toMatchObject({ incident: null, closed: [{ openedAt: '2026-11-21T03:15:00.000Z' }] });
  });

  test('is not over while trouble comes between healthy runs', () => {
    const { told } = live([aRun(0), healthy(5), healthy(10), aRun(15), healthy(20), healthy(25)]);
    expect(told).toEqual(['opened', null, null, null, null, null]);
  });

  test('is over after a quiet hour, judged by whatever happens next', () => {
    for (const outcome of ['healthy', 'muted', 'stale', 'off'] as const) {
      const next = (minutes: number) => aRun(minutes, { outcome, refused: false });
      expect(live([aRun(0), next(59)]).told).toEqual(['opened', null]);
      const { told, stories } = live([aRun(0), next(60)]);
      expect(told).toEqual(['opened', 'over']);
      expect(stories[1]?.because).toBe('quiet');
    }
  });

  test('whose end no run saw is mentioned when the next one opens', () => {
    const { told, stories } = live([aRun(0), aRun(61)]);
    expect(told).toEqual(['opened', 'opened']);
    expect(stories[1]).toMatchObject({
      before: '2026-11-21T03:15:00.000Z',
      recurrence: { times: 2, sameCulprit: 2 },
    });
  });

  test('that was left unresolved goes on, however long no run came', () => {
    expect(live([partial(0), partial(120)]).told).toEqual(['opened', 'reminder']);
  });

  test('is told again every half hour while it lasts, and no sooner', () => {
    const told = live(Array.from({ length: 14 }, (_, at) => pressed(at * 5))).told;
    expect(told).toEqual(
      ['opened', ...Array(5), 'reminder', ...Array(5), 'reminder', null].map((each) => each ?? null),
    );
  });

  test('counts what was done so far', () => {
    const { stories } = live([aRun(0), aRun(10), aRun(20), aRun(30)]);
    expect(stories[3]).toMatchObject({ kind: 'reminder', incident: { runs: 4, ended: 48 } });
  });

  test.each(OUTCOMES)('after a run that is %s is there or not', (outcome) => {
    const quiet = ['healthy', 'reaped', 'muted', 'stale', 'off'].includes(outcome);
    expect(live([aRun(0, { outcome })]).told).toEqual([quiet ? null : 'opened']);
    const swept = live([aRun(0, { outcome, refused: false })]).told;
    expect(swept).toEqual([quiet || outcome === 'busy' ? null : 'opened']);
  });

  test('of an observing run lives the same life, and is never taken for relieved', () => {
    const seen = (minutes: number) => aRun(minutes, { mode: 'observe', ended: 0 });
    const { told, memory } = live([seen(0), seen(5), seen(30)]);
    expect(told).toEqual(['opened', null, 'reminder']);
    expect(memory.incident?.told.at(-1)?.standing).toBe('pressed');
  });

  test('is none when sessions only grew old, which is told by itself', () => {
    const run = aRun(0, { outcome: 'reaped', ended: 3 });
    const first = followIncident(NOTHING_REMEMBERED, run, minute(0));
    expect(first).toMatchObject({ isTold: true, story: null, memory: { incident: null } });
    expect(followIncident(first.memory, run, minute(1)).isTold).toBe(false);
  });
});

describe('A change', () => {
  test.each([
    ['for the worse is told at once', aRun(1, { outcome: 'refilled' }), 'standing'],
    ['of who holds the slots waits a little', aRun(9, { culprit: SHOP }), null],
    ['of who holds the slots is told', aRun(10, { culprit: SHOP }), 'culprit'],
    ['of the cause is told', aRun(10, { cause: 'slow-queries' }), 'cause'],
    ['that only loses what was known is none', aRun(10, { culprit: null }), null],
  ])('%s', (_, run, change) => {
    const { stories } = live([aRun(0), run]);
    expect(stories[1]?.change ?? null).toBe(change);
  });

  test('for the better is told once', () => {
    expect(live([partial(0), aRun(5), aRun(10)]).told).toEqual(['opened', 'changed', null]);
  });

  test('back and forth is told for the worse, then by reminders', () => {
    const runs = Array.from({ length: 12 }, (_, at) =>
      at % 2 === 0 ? pressed(at * 2) : aRun(at * 2, { cause: 'connection-leak' }),
    );
    const told = live(runs).told.filter((kind) => kind !== null);
    expect(told).toEqual(['opened', 'changed', 'changed']);
  });

  test('among culprits that take turns does not flood', () => {
    const runs = Array.from({ length: 12 }, (_, at) =>
      pressed(at * 2, { culprit: { ...SHOP, application: `app-${at}` } }),
    );
    expect(live(runs).told.filter((kind) => kind !== null)).toEqual(['opened', 'changed', 'changed']);
  });
});

describe('A refusal that stays unexplained', () => {
  test('is always told', () => {
    expect(live([unexplained(0)]).told).toEqual(['opened']);
  });

  test('is one message and reminders, however many events there are', () => {
    const storm = Array.from({ length: 50 }, (_, at) => unexplained(at / 50));
    expect(live([aRun(0), ...storm]).told.filter((kind) => kind !== null)).toEqual(['opened']);
    expect(live([aRun(0), ...storm, unexplained(30)]).told.at(-1)).toBe('reminder');
    expect(live(storm).told.filter((kind) => kind !== null)).toEqual(['opened']);
  });

  test('is explained by the run that acted, when that is reported last', () => {
    const { told, memory } = live([unexplained(1), unexplained(2), aRun(0)]);
    expect(told).toEqual(['opened', null, 'changed']);
    expect(memory.incident).toMatchObject({ nature: { outcome: 'recovered' }, runs: 3, ended: 12 });
  });
});

describe('A report', () => {
  test('that comes twice changes nothing', () => {
    const runs = [aRun(0), partial(5), healthy(10)];
    const { memory } = live(runs);
    for (const run of runs)
      expect(followIncident(memory, run, minute(50))).toEqual({ memory, isTold: false, story: null });
  });

  test('that is late is counted, and turns nothing back', () => {
    const { told, memory } = live([aRun(10), healthy(15), partial(5), healthy(20), healthy(25)]);
    expect(told).toEqual(['opened', null, null, null, 'over']);
    expect(memory.runs.map(({ outcome }) => outcome)).toEqual([
      'partial',
      'recovered',
      'healthy',
      'healthy',
      'healthy',
    ]);
  });

  test('of a run from before its incident was over opens no other', () => {
    const { told, memory } = live([aRun(0), healthy(5), healthy(10), healthy(15), aRun(12)]);
    expect(told.slice(3)).toEqual(['over', null]);
    expect(memory.incident).toBeNull();
  });

  test('of a healthy run from before the trouble does not count for its end', () => {
    expect(live([aRun(10), healthy(1), healthy(2), healthy(3)]).told).toEqual(['opened', null, null, null]);
  });
});

describe('Recurrence', () => {
  const incident = (from: number, fields = {}) => [
    aRun(from, fields),
    ...[5, 10, 15].map((later) => healthy(from + later)),
  ];
  const lastOf = (runs: Parameters<typeof live>[0]) => live(runs).stories.at(-1)?.recurrence;

  test('counts the incidents of a day, and those of the same culprit', () => {
    expect(lastOf([...incident(0), ...incident(60), aRun(120)])).toEqual({ times: 3, sameCulprit: 3 });
    const mixed = [...incident(0), ...incident(60, { culprit: SHOP }), aRun(120)];
    expect(lastOf(mixed)).toEqual({ times: 3, sameCulprit: 2 });
    expect(lastOf([...incident(0), aRun(25 * 60)])).toEqual({ times: 1, sameCulprit: 1 });
  });

  test('knows no same culprit where no program stood out', () => {
    const nobody = { culprit: null };
    expect(lastOf([...incident(0, nobody), aRun(60, nobody)])).toEqual({ times: 2, sameCulprit: 0 });
  });

  test('stops counting at ten', () => {
    const many = Array.from({ length: 14 }, (_, at) => incident(at * 30)).flat();
    expect(lastOf([...many, aRun(14 * 30)])).toEqual({ times: 10, sameCulprit: 10 });
  });
});
