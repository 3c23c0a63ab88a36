import { describe, expect, test } from 'vitest';
import type { MetricsChoice } from '../../functions/contract.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { OUTCOMES, type Outcome } from '../../functions/core/run/outcome.ts';
import type { Destination } from '../../functions/events/parse-destination.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { report } from '../../functions/report/report.ts';
import type { Keep, KeptAs, ReportPorts } from '../../functions/report/report-ports.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { identified } from '../support/published.ts';
import { renderPage } from '../support/render-page.ts';
import { noIndex, notingPorts, PAGE_URL, RECORD_URL, type Step } from '../support/report-steps.ts';

const INVOCATION = { functionName: 'pg-headroom-orders', requestId: 'c2a6f2ae-7dbb-4d22-8782-d0485c9877e2' };

/** Everything that a delivery comes to, in the order in which it happens. */
async function stepsOf(destination: Destination, ports: Partial<ReportPorts> = {}): Promise<readonly Step[]> {
  const steps: Step[] = [];
  await report(destination, { ...notingPorts(steps), ...ports });
  return steps;
}

/** A bucket that does not take some of what is to be kept. */
function refusing(what: readonly KeptAs[]): Keep {
  return {
    index: noIndex(),
    urlOf: async (_, as) => (as === 'record' ? RECORD_URL : PAGE_URL),
    put: async (_, as) => {
      if (what.includes(as)) throw new Error('no such bucket');
    },
  };
}

const namesOf = (steps: readonly Step[]) => steps.map(([step]) => step);
const whatOf = (steps: readonly Step[], wanted: string) => steps.find(([step]) => step === wanted)?.[1];

function ended(outcome: Outcome, metrics?: MetricsChoice): Destination {
  const payload = JSON.parse(JSON.stringify(packRecord(INCIDENTS[outcome](), metrics)));
  return { kind: 'record', ...INVOCATION, payload };
}

describe('a record', () => {
  test('is counted, then kept, then told with a link to its page, which is drawn last', async () => {
    const steps = await stepsOf(ended('recovered'));
    expect(namesOf(steps)).toEqual(['run', 'count', 'keep', 'publish', 'told', 'page']);
    expect(whatOf(steps, 'page')).toBe(renderPage({ ...INCIDENTS.recovered(), reduced: [] }));
    expect(whatOf(steps, 'publish')).toEqual(
      identified(renderIncident(INCIDENTS.recovered(), [], PAGE_URL), 'run'),
    );
    expect(whatOf(steps, 'publish')).toHaveProperty(
      'text',
      expect.stringContaining(`ALL OF IT, with each session:\n${PAGE_URL}\n`),
    );
  });

  test('is kept as it was, with what it had to leave out', async () => {
    const { kind: _, payload, ...invocation } = ended('refilled') as Extract<Destination, { kind: 'record' }>;
    const reduced = { ...(payload as object), reduced: ['statements'] };
    const kept = whatOf(
      await stepsOf({ kind: 'record', ...invocation, payload: reduced }),
      'keep',
    ) as KeptRecord;
    expect(kept).toEqual({ ...INCIDENTS.refilled(), reduced: ['statements'] });
  });

  test.each(OUTCOMES)('of a run that ended as %s is kept unless the run was quiet', async (outcome) => {
    const isKept = namesOf(await stepsOf(ended(outcome))).includes('keep');
    expect(isKept).toBe(!['healthy', 'busy', 'muted', 'stale', 'off'].includes(outcome));
  });

  test('that cannot be kept costs no message: the message has no link, and it is counted', async () => {
    const steps = await stepsOf(ended('partial'), { keep: refusing(['record', 'page']) });
    expect(namesOf(steps)).toEqual(['run', 'count', 'record-not-kept', 'count', 'publish', 'told']);
    expect(whatOf(steps, 'record-not-kept')).toMatchObject({ server: 'orders', message: 'no such bucket' });
    expect(steps[3]?.[1]).toEqual(['recordsNotKept']);
    expect(whatOf(steps, 'publish')).toEqual(identified(renderIncident(INCIDENTS.partial()), 'run'));
  });

  test('that has no kept page is reported all the same, and it is counted', async () => {
    const steps = await stepsOf(ended('partial'), { keep: refusing(['page']) });
    expect(namesOf(steps)).toEqual(['run', 'count', 'publish', 'told', 'page-not-kept', 'count']);
    expect(steps.at(-1)?.[1]).toEqual(['recordsNotKept']);
  });

  test('is told without a link where no bucket is configured', async () => {
    const steps = await stepsOf(ended('partial'), { keep: null });
    expect(namesOf(steps)).toEqual(['run', 'count', 'publish', 'told']);
    expect(whatOf(steps, 'publish')).toEqual(identified(renderIncident(INCIDENTS.partial()), 'run'));
  });
});

describe('counting', () => {
  test('a quiet run is counted, and its numbers are in one line of the log', async () => {
    const steps = await stepsOf(ended('healthy'));
    expect(namesOf(steps)).toEqual(['run', 'count', 'not-told']);
    expect(whatOf(steps, 'run')).toMatchObject({
      server: 'orders',
      outcome: 'healthy',
      usableSlots: 57,
      spared: 25,
    });
    expect(whatOf(steps, 'count')).toEqual(['unresolved', 'usedSlots', 'usableSlots']);
  });

  test.each(['none', 'few', 'all'] as const)("a server's choice %s comes with its run", async (choice) => {
    const counted = whatOf(await stepsOf(ended('recovered', choice)), 'count');
    expect(counted).toHaveLength({ none: 0, few: 4, all: 9 }[choice]);
  });

  test('a run of before there was a choice counts a few', async () => {
    const { payload, ...rest } = ended('recovered') as Extract<Destination, { kind: 'record' }>;
    const { metrics: _, ...before } = payload as Readonly<Record<string, unknown>>;
    expect(whatOf(await stepsOf({ ...rest, payload: before }), 'count')).toHaveLength(4);
  });

  test('a memory that the run could not read is counted, and its trouble is in the log', async () => {
    const problem = { code: 'memory-unreadable', message: 'no answer' } as const;
    const record = {
      ...INCIDENTS.recovered(),
      recall: { kind: 'unreadable', table: 'memory', problem },
    } as const;
    const payload = JSON.parse(JSON.stringify(packRecord(record)));
    const steps = await stepsOf({ kind: 'record', ...INVOCATION, payload });
    expect(steps.slice(1, 4)).toEqual([
      ['count', ['unresolved', 'usedSlots', 'usableSlots', 'terminated']],
      ['memory-trouble', expect.objectContaining({ server: 'orders', ...problem })],
      ['count', ['memoryUnreadable']],
    ]);
  });

  test.each([
    ['a failed run', KILLED_RUN, ['failedRuns', 'unresolved']],
    [
      'a record that cannot be read',
      { kind: 'record', ...INVOCATION, payload: {} },
      ['reportsCutShort', 'failedRuns', 'unresolved'],
    ],
    ['an event that waited too long', { kind: 'expired', ...INVOCATION }, ['expiredEvents']],
  ] as const)('%s is counted', async (_, destination, expected) => {
    const counts = (await stepsOf(destination)).filter(([step]) => step === 'count');
    expect(counts.flatMap(([, names]) => names)).toEqual(expected);
  });
});
