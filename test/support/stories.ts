import type { RunSummary, Story } from '../../functions/core/incident.ts';
import type { Message } from '../../functions/core/message.ts';
import type { RunRecord } from '../../functions/core/record.ts';
import { summaryOf, summaryWithoutRecord } from '../../functions/core/run-summary.ts';
import { renderIncident } from '../../functions/render/incident.ts';
import { renderOver } from '../../functions/render/over.ts';
import { INCIDENTS, OBSERVED } from './incidents.ts';
import { TABLE } from './loopback-dynamodb.ts';
import { aRun, live, minute, SHOP } from './summaries.ts';

/** Made-up lives of the made-up incidents: what was reported before them, and the story that they come to. */

const READ = { kind: 'read', table: TABLE, paused: null } as const;

const healthy = (minutes: number) => aRun(minutes, { outcome: 'healthy', refused: false });

/** The record's own run, reported so many minutes after a quarter past three; told of what came before. */
function storyOf(before: readonly RunSummary[], run: RunSummary, minutes: number): Story {
  const startedAt = new Date(minute(minutes)).toISOString();
  const story = live([...before, { ...run, runId: 'the-run', startedAt }]).stories.at(-1) ?? null;
  if (story === null) throw new Error('Nothing is told of this run');
  return { ...story, incident: { ...story.incident, id: OPENED_BY } };
}

const OPENED_BY = '0b7f7d6c-3f0e-4d37-9a57-6c1d1d0f2a11';

type Told = { readonly record: RunRecord; readonly story: Story };

function told(record: RunRecord, before: readonly RunSummary[], minutes: number): Told {
  const run: RunRecord = { ...record, recall: record.recall ?? READ };
  return { record: run, story: storyOf(before, summaryOf(run), minutes) };
}

const twice = [aRun(-300), healthy(-290), healthy(-280), healthy(-270)].concat([
  aRun(-120),
  healthy(-110),
  healthy(-100),
  healthy(-90),
]);

export const STORIES: Readonly<Record<string, () => Told>> = {
  'life-opened-again': () => told(INCIDENTS.recovered(), twice, 0),
  'life-changed': () => told(INCIDENTS.partial(), [aRun(-15, { culprit: SHOP }), aRun(-5)], 0),
  'life-reminder': () =>
    told(
      INCIDENTS['no-candidates'](),
      [-31, -25, -5].map((minutes) => aRun(minutes, { outcome: 'no-candidates', culprit: SHOP })),
      0,
    ),
  'life-breaker': () =>
    told(
      INCIDENTS.refilled(),
      [-10, -5].map((minutes) => aRun(minutes, { outcome: 'refilled' })),
      0,
    ),
  'life-over': () => told(INCIDENTS.healthy(), [...twice, aRun(-20), aRun(-12), healthy(-8), healthy(-4)], 0),
  'life-over-after-breaker': () =>
    told(
      INCIDENTS.healthy(),
      [
        ...[-25, -20, -15].map((minutes) => aRun(minutes, { outcome: 'refilled' })),
        healthy(-10),
        healthy(-5),
      ],
      0,
    ),
  'life-observed-reminder': () =>
    told(
      observed(),
      [-40, -20].map((minutes) => aRun(minutes, { mode: 'observe', ended: 0 })),
      0,
    ),
};

function observed(): RunRecord {
  const incident = OBSERVED['observe-recovered'];
  if (incident === undefined) throw new Error('There is no such incident');
  return incident();
}

/** A run without a record, in an incident that is open for longer. */
export function failedAgain(): Story {
  const failed = (minutes: number) => aRun(minutes, { outcome: 'failed' });
  const run = summaryWithoutRecord('the-run', null, minute(0));
  return storyOf([failed(-31), failed(-15)], run, 0);
}

/** As they are published. */
export const STORY_MESSAGES: Readonly<Record<string, Message>> = Object.fromEntries(
  Object.entries(STORIES).map(([name, incident]) => {
    const { record, story } = incident();
    return [
      name,
      story.kind === 'over' ? renderOver(record, story) : renderIncident(record, [], null, story),
    ];
  }),
);
