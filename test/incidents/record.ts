/**
 * Records incidents: `npm run incidents:record [part of a name …]`. Recordings are committed, and tests only replay them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import { parseLogLines } from '../../functions/events/parse-log-lines.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { aPolicy } from '../support/builders.ts';
import { logDocument } from '../support/events.ts';
import type { TestServer } from '../support/postgres-server.ts';
import { alarmNow, aRequest, SWEEP } from '../support/runs.ts';
import { targetOf } from '../support/targets.ts';
import { scaled } from './scaled.ts';
import { Scene } from './scene.ts';
import { STORIES } from './stories/all.ts';
import type { Expected, Story, Told } from './story.ts';

const FOLDER = join(import.meta.dirname, 'recorded');

const wanted = process.argv.slice(2);
const stories = STORIES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (stories.length === 0) {
  console.error(
    `No story has ${wanted.join(' or ')} in its name: there are ${STORIES.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const startedAt = performance.now();
for (const story of stories) {
  const begin = performance.now();
  const record = await recordOf(story);
  if (record.snapshot === null)
    throw new Error(`${story.name}: ${record.outcome}, ${record.problem?.message}`);
  await keep(story, record);
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  const used = record.plan?.pressure.find(({ scope }) => scope.kind === 'server')?.used;
  console.log(`${story.name}: ${record.outcome}, ${used} slots used, ${seconds} s`);
}
console.log(`${stories.length} stories in ${((performance.now() - startedAt) / 60_000).toFixed(1)} min`);

async function recordOf(story: Story): Promise<RunRecord> {
  await using scene = await Scene.start(story);
  await story.play(scene);
  const trigger = triggerOf(story, scene.server);
  const request = aRequest({
    policy: aPolicy({ ...story.policy, mode: 'observe' }),
    trigger,
    runId: story.name,
    server: 'incident',
  });
  return await remediate(
    request,
    serverPorts(
      targetOf(scene.server),
      async () => scene.headroom,
      () => {},
    ),
  );
}

/** The lines of the server's log as CloudWatch has them, each with its own time. */
function triggerOf({ trigger = 'log-lines', name }: Story, server: TestServer): Trigger {
  if (trigger === 'alarm') return alarmNow();
  if (trigger === 'schedule') return SWEEP;
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.includes(':53300:'))
    .map((message) => ({ message, timestamp: Date.parse(message.slice(0, 27)) }));
  if (lines.length === 0) throw new Error(`${name}: nobody was refused`);
  return parseLogLines(logDocument(lines));
}

/** Keeps the recording, and its copies with scaled ages. */
async function keep(story: Story, record: RunRecord): Promise<void> {
  const { name, scales = [1] } = story;
  for (const factor of scales) {
    const file = scales.length > 1 ? `${name}-x${factor}` : name;
    const kept = factor === 1 ? record : scaled(record, factor);
    const { pgHeadroom, runId, server, mode, outcome, metrics, reduced, packed } = packRecord(kept);
    const result = { pgHeadroom, runId, server, mode, outcome, metrics, reduced, packed };
    const text = JSON.stringify({ story: toldOf(story, record, file, factor), result }, null, 2);
    await writeFile(join(FOLDER, `${file}.json`), `${text}\n`);
  }
}

function toldOf(story: Story, record: RunRecord, name: string, factor: number): Told {
  const { told, version, settings, expected, isHeldOut } = story;
  const { max_connections, superuser_reserved_connections = 3, reserved_connections = 0 } = settings;
  return {
    name,
    told,
    version,
    settings,
    usable:
      expected.cause === 'replication-limit'
        ? Number(settings.max_wal_senders)
        : max_connections - Number(superuser_reserved_connections) - Number(reserved_connections),
    ...(isHeldOut && { isHeldOut }),
    expected: measured(expected, record, factor),
    ...(factor !== 1 && { scaledFrom: { recorded: story.name, factor } }),
  };
}

/** Rates as they are in a scaled copy, and the counted sessions. */
function measured(expected: Expected, { snapshot }: RunRecord, factor: number): Told['expected'] {
  const culprits = expected.culprits.map(({ perHour, sessions, ...culprit }) => ({
    ...culprit,
    sessions:
      sessions === 'counted'
        ? (snapshot?.sessions ?? []).filter(
            ({ user, application }) => user === culprit.user && application === culprit.application,
          ).length
        : sessions,
    ...(perHour !== undefined && { perHour: Math.round((perHour / factor) * 1_000) / 1_000 }),
  }));
  return { ...expected, culprits };
}
