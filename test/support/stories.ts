import { explain } from '../../functions/core/diagnosis/explain.ts';
import type { RunSummary, Story } from '../../functions/core/incident/incident.ts';
import { summaryWithoutRecord } from '../../functions/core/incident/run-summary.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { renderOver } from '../../functions/render/message/over.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { INCIDENTS, OBSERVED } from './incidents.ts';
import { PAGE_URL } from './links.ts';
import { TABLE } from './loopback-dynamodb.ts';
import { aRun, BILLING, live, minute, SHOP } from './summaries.ts';
import { summaryOf } from './summary-of.ts';

/** Made-up histories of the made-up incidents: the earlier reports, and the story that follows from them. */

const READ = { kind: 'read', table: TABLE, paused: null } as const;

const healthy = (minutes: number) => aRun(minutes, { outcome: 'healthy', refused: false });

/** The story of a run at a quarter past three. */
function storyOf(before: readonly RunSummary[], run: RunSummary): Story {
  const startedAt = new Date(minute(0)).toISOString();
  const story = live([...before, { ...run, runId: 'the-run', startedAt }]).stories.at(-1) ?? null;
  if (story === null) throw new Error('Nothing is told of this run');
  return { ...story, incident: { ...story.incident, id: OPENED_BY } };
}

const OPENED_BY = '0b7f7d6c-3f0e-4d37-9a57-6c1d1d0f2a11';

type Told = { readonly record: RunRecord; readonly story: Story };

/** `before` makes the earlier runs, which may be like this one. */
function told(
  record: RunRecord,
  before: (own: Pick<RunSummary, 'cause' | 'culprit'>) => readonly RunSummary[],
): Told {
  const run: RunRecord = { ...record, recall: record.recall ?? READ };
  const { cause, culprit } = summaryOf(explain(run, []));
  return { record: run, story: storyOf(before({ cause, culprit }), summaryOf(explain(run, []))) };
}

/** Two incidents that are over. */
function twice(own: Pick<RunSummary, 'cause' | 'culprit'>): readonly RunSummary[] {
  return [-300, -120].flatMap((from) => [
    aRun(from, own),
    ...[10, 20, 30].map((later) => healthy(from + later)),
  ]);
}

export const STORIES: Readonly<Record<string, () => Told>> = {
  'life-opened-again': () => told(INCIDENTS.recovered(), twice),
  'life-changed': () => told(INCIDENTS.partial(), () => [aRun(-15, { culprit: SHOP }), aRun(-5)]),
  'life-reminder': () =>
    told(INCIDENTS['no-candidates'](), (own) =>
      [-31, -25, -5].map((minutes) => aRun(minutes, { ...own, outcome: 'no-candidates' })),
    ),
  'life-breaker': () =>
    told(INCIDENTS.refilled(), (own) =>
      [-10, -5].map((minutes) => aRun(minutes, { ...own, outcome: 'refilled' })),
    ),
  'life-over': () =>
    told(INCIDENTS.healthy(), () => [
      ...twice({ cause: 'connection-leak', culprit: BILLING }),
      ...[-20, -12].map((minutes) => aRun(minutes, { cause: 'connection-leak' })),
      ...[-8, -4].map(healthy),
    ]),
  'life-over-after-breaker': () =>
    told(INCIDENTS.healthy(), () => [
      ...[-25, -20, -15].map((minutes) => aRun(minutes, { outcome: 'refilled' })),
      ...[-10, -5].map(healthy),
    ]),
  'life-observed-reminder': () =>
    told(observed(), (own) =>
      [-40, -20].map((minutes) => aRun(minutes, { ...own, mode: 'observe', ended: 0 })),
    ),
};

function observed(): RunRecord {
  const incident = OBSERVED['observe-recovered'];
  if (incident === undefined) throw new Error('There is no such incident');
  return incident();
}

/** A run without a record, in an incident that has been open for longer. */
export function failedAgain(): Story {
  const failed = (minutes: number) => aRun(minutes, { outcome: 'failed' });
  const run = summaryWithoutRecord('the-run', null, minute(0));
  return storyOf([failed(-31), failed(-15)], run);
}

/** As they are published, with the page of the run. */
export const STORY_MESSAGES: Readonly<Record<string, Message>> = Object.fromEntries(
  Object.entries(STORIES).map(([name, incident]) => {
    const { record, story } = incident();
    return [
      name,
      story.kind === 'over' ? renderOver(record, story) : renderIncident(record, [], PAGE_URL, story),
    ];
  }),
);
