/**
 * Records incidents: `npm run incidents:record [part of a name …]`. Recordings are committed, and tests only replay them.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import { parseLogLines } from '../../functions/events/parse-log-lines.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { anAlarm, aPolicy } from '../support/builders.ts';
import { logDocument } from '../support/events.ts';
import { aRequest, SWEEP } from '../support/runs.ts';
import { targetOf } from '../support/targets.ts';
import { judgementOf } from './judgement.ts';
import { Scene } from './scene.ts';
import { STORIES } from './stories/all.ts';
import { type Expected, type Story, type Told, truthOf } from './story.ts';

const RUN_MS = 30_000;
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
const plays = stories.flatMap((story) => (story.paces ?? [1]).map((pace) => ({ story, pace })));
for (const { story, pace } of plays) {
  const begin = performance.now();
  const name = (story.paces ?? []).length < 2 ? story.name : `${story.name}-x${pace}`;
  const record = await recordOf(story, name, pace);
  if (record.snapshot === null) throw new Error(`${name}: ${record.outcome}, ${record.problem?.message}`);
  const told = toldOf({ story, pace, name }, record);
  await keep(told, record);
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  const used = record.plan?.pressure.find(({ scope }) => scope.kind === 'server')?.used;
  const said = judgementOf(diagnose(record), truthOf(told));
  console.log(`${name}: ${said}, ${used} slots used, ${seconds} s`);
}
// In the form that `npm run check` asks for.
execFileSync('npx', ['biome', 'format', '--write', FOLDER], { stdio: 'ignore' });
console.log(`${plays.length} recordings in ${((performance.now() - startedAt) / 60_000).toFixed(1)} min`);

async function recordOf(story: Story, runId: string, pace: number): Promise<RunRecord> {
  await using scene = await Scene.start(story, pace);
  await story.play(scene);
  const request = aRequest({
    policy: aPolicy({ ...story.policy, mode: 'observe' }),
    trigger: triggerOf(story, scene),
    runId,
    server: 'incident',
    deadline: scene.clock.now() + RUN_MS,
  });
  const target = targetOf(scene.server, { statements: story.statements ?? 'shape' });
  const ports = serverPorts(
    target,
    async () => scene.headroom,
    () => {},
  );
  return await remediate(request, onClockOf(scene, ports));
}

/** The run lives at the time of the server. Only connecting goes by our clock. */
function onClockOf({ clock }: Scene, ports: RemediatePorts): RemediatePorts {
  const aheadMs = clock.now() - Date.now();
  return {
    ...ports,
    now: () => Date.now() + aheadMs,
    connect: (deadline) => ports.connect(deadline - aheadMs),
  };
}

/** The lines of the server's log as CloudWatch has them, each with its own time. */
function triggerOf({ trigger = 'log-lines', name }: Story, { server, clock }: Scene): Trigger {
  if (trigger === 'alarm') return anAlarm({ at: new Date(clock.now()).toISOString() });
  if (trigger === 'schedule') return SWEEP;
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.includes(':53300:'))
    .map((message) => ({ message, timestamp: Date.parse(message.slice(0, 27)) }));
  if (lines.length === 0) throw new Error(`${name}: no client was refused`);
  return parseLogLines(logDocument(lines));
}

type Played = { readonly story: Story; readonly pace: number; readonly name: string };

async function keep(story: Told, record: RunRecord): Promise<void> {
  const { pgHeadroom, runId, server, mode, outcome, metrics, reduced, packed } = packRecord(record);
  const result = { pgHeadroom, runId, server, mode, outcome, metrics, reduced, packed };
  const text = JSON.stringify({ story, result }, null, 2);
  await writeFile(join(FOLDER, `${story.name}.json`), `${text}\n`);
}

function toldOf({ story, pace, name }: Played, record: RunRecord): Told {
  const { told, version, settings, truth, expected, isHeldOut } = story;
  const { max_connections, superuser_reserved_connections = 3, reserved_connections = 0 } = settings;
  return {
    name,
    told,
    version,
    settings,
    usable:
      expected?.cause === 'replication-limit'
        ? Number(settings.max_wal_senders)
        : max_connections - Number(superuser_reserved_connections) - Number(reserved_connections),
    ...(isHeldOut && { isHeldOut }),
    ...(truth && { truth }),
    ...(expected && { expected: measured(expected, record, pace) }),
    ...(story.paces && { played: { story: story.name, pace } }),
  };
}

/** Rates as they are at this pace, and the counted sessions. */
function measured(expected: Expected, { snapshot }: RunRecord, pace: number): Required<Told>['expected'] {
  const culprits = expected.culprits.map(({ perHour, sessions, ...culprit }) => ({
    ...culprit,
    sessions:
      sessions === 'counted'
        ? (snapshot?.sessions ?? []).filter(
            ({ user, application }) => user === culprit.user && application === culprit.application,
          ).length
        : sessions,
    ...(perHour !== undefined && { perHour: Math.round((perHour / pace) * 1_000) / 1_000 }),
  }));
  return { ...expected, culprits };
}
