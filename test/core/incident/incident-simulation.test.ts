import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAUSES } from '../../../functions/core/diagnosis/cause.ts';
import { followIncident } from '../../../functions/core/incident/follow-incident.ts';
import type { RunSummary, Story } from '../../../functions/core/incident/incident.ts';
import { incidentStateOf } from '../../../functions/core/incident/incident-state.ts';
import { type Memory, NOTHING_REMEMBERED } from '../../../functions/core/incident/memory.ts';
import { OUTCOMES } from '../../../functions/core/run/outcome.ts';
import { aRun, minute } from '../../support/summaries.ts';

/**
 * Long histories of runs, each of which is reported once to three times, some of them late: what people hear must make
 * sense whatever happened.
 */

const HALF_HOUR_MS = 30 * 60_000;
/** Seven is the most that was seen, in histories in which every run brings another outcome. */
const MOST_IN_HALF_AN_HOUR = 10;

type Delivery = { readonly at: number; readonly run: RunSummary };
type Message = { readonly at: number; readonly run: RunSummary; readonly story: Story };

const step = fc.record({
  /** Calm and trouble come in stretches, as they do. */
  outcome: fc.oneof(
    { weight: 3, arbitrary: fc.constant('healthy' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...OUTCOMES) },
    { weight: 2, arbitrary: fc.constantFrom('partial' as const, 'refilled' as const, 'recovered' as const) },
  ),
  times: fc.integer({ min: 1, max: 5 }),
  gapMinutes: fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 0.01, max: 6, noNaN: true }) },
    { weight: 1, arbitrary: fc.double({ min: 6, max: 200, noNaN: true }) },
  ),
  culprit: fc.integer({ min: 0, max: 3 }),
  cause: fc.option(fc.constantFrom(...CAUSES), { nil: null }),
  mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'observe' as const),
  need: fc.integer({ min: 1, max: 30 }),
  refused: fc.boolean(),
  /** Minutes after its beginning at which it is reported, each time. */
  reports: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(0.1) },
      { weight: 1, arbitrary: fc.double({ min: 0.1, max: 20, noNaN: true }) },
    ),
    { minLength: 1, maxLength: 3 },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function deliveriesOf(steps: readonly Step[]): readonly Delivery[] {
  let at = 0;
  const all = steps.flatMap(({ times, gapMinutes, reports, culprit, ...fields }) =>
    Array.from({ length: times }, () => {
      at += gapMinutes;
      const known = { application: `app-${culprit}`, user: 'app', database: 'app' };
      const base = aRun(at, { outcome: fields.outcome, mode: fields.mode });
      const run: RunSummary = {
        ...base,
        cause: fields.cause,
        refused: fields.refused,
        culprit: base.culprit === null ? null : known,
        need: base.need === 12 ? fields.need : base.need,
        ended: fields.mode === 'enforce' ? base.ended : 0,
      };
      const began = at;
      return reports.map((late) => ({ at: minute(began + late), run }));
    }),
  );
  return all.flat().sort((a, b) => a.at - b.at);
}

/** What people hear, and every incident that was ever open. */
function livedThrough(steps: readonly Step[]) {
  let memory: Memory = NOTHING_REMEMBERED;
  const messages: Message[] = [];
  const incidents = new Set<string>();
  const reported = new Set<string>();
  for (const { at, run } of deliveriesOf(steps)) {
    const { memory: after, story } = followIncident(memory, run, at);
    memory = after;
    if (memory.incident !== null) incidents.add(memory.incident.id);
    if (story !== null) messages.push({ at, run, story });
    reported.add(run.runId);
  }
  return { memory, messages, incidents };
}

const histories = fc.array(step, { minLength: 1, maxLength: 60 });
const always = (check: (lived: ReturnType<typeof livedThrough>) => void) =>
  fc.assert(
    fc.property(histories, (steps) => check(livedThrough(steps))),
    { numRuns: 500 },
  );
const of = (messages: readonly Message[], id: string) =>
  messages.filter(({ story }) => story.incident.id === id);

test('every incident is told when it opens, and first', () => {
  always(({ messages, incidents }) => {
    for (const id of incidents) {
      const kinds = of(messages, id).map(({ story }) => story.kind);
      expect(kinds[0]).toBe('opened');
      expect(kinds.filter((kind) => kind === 'opened')).toHaveLength(1);
    }
  });
});

test('every incident but the one that is open is over once, and nothing is told of it after that', () => {
  always(({ memory, messages, incidents }) => {
    const unnoticed = messages.flatMap(({ story }) => story.before ?? []);
    let quietly = 0;
    for (const id of incidents) {
      const kinds = of(messages, id).map(({ story }) => story.kind);
      const over = kinds.filter((kind) => kind === 'over').length;
      expect(over).toBeLessThanOrEqual(memory.incident?.id === id ? 0 : 1);
      if (over === 1) expect(kinds.at(-1)).toBe('over');
      else if (memory.incident?.id !== id) quietly += 1;
    }
    expect(unnoticed).toHaveLength(quietly);
  });
});

test('reminders are half an hour apart, and from every other message of their incident', () => {
  always(({ messages, incidents }) => {
    for (const id of incidents) {
      const own = of(messages, id);
      for (const [at, message] of own.entries()) {
        const before = own[at - 1];
        if (message.story.kind !== 'reminder' || before === undefined) continue;
        expect(message.at - before.at).toBeGreaterThanOrEqual(HALF_HOUR_MS);
      }
    }
  });
});

test('an incident that lasts is never silent for longer than half an hour and the time to the next report', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 8, max: 60 }), (every, count) => {
      const runs = Array.from({ length: count }, (_, at) => aRun(at * every, { outcome: 'no-candidates' }));
      let memory: Memory = NOTHING_REMEMBERED;
      let last = minute(0);
      for (const run of runs) {
        const now = Date.parse(run.startedAt);
        const followed = followIncident(memory, run, now);
        memory = followed.memory;
        if (followed.story !== null) last = now;
        expect(now - last).toBeLessThan(HALF_HOUR_MS);
      }
    }),
  );
});

test('a run that found nothing is told only because its incident is over, or because no run has looked for long', () => {
  always(({ messages }) => {
    for (const { run, story } of messages) {
      if (run.outcome === 'busy') continue;
      const standing = incidentStateOf(run);
      if (standing === null || standing === 'calm') expect(story.kind).toBe('over');
    }
  });
});

test('no half hour of an incident floods', () => {
  always(({ messages, incidents }) => {
    for (const id of incidents) {
      const times = of(messages, id).map(({ at }) => at);
      for (const from of times) {
        const within = times.filter((at) => at >= from && at - from < HALF_HOUR_MS);
        expect(within.length).toBeLessThanOrEqual(MOST_IN_HALF_AN_HOUR);
      }
    }
  });
});

test('a run is told once, however often it is reported', () => {
  always(({ messages }) => {
    const runs = messages.map(({ run }) => run.runId);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
