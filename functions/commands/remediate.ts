import { randomUUID } from 'node:crypto';
import type { RunRecord } from '../core/run/record.ts';
import { remediate } from '../remediate/remediate.ts';
import { renderIncident } from '../render/message/render-incident.ts';
import { planDocument } from '../render/terminal/plan-json.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { type ExitCode, exitCodeOfOutcome } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { policyFor, readPolicyFile } from './read-policy-file.ts';
import { withProgress } from './run-progress.ts';
import { findServer, type GivenServer } from './server/find-server.ts';
import { SERVER_ARGUMENT, SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withAdvice } from './server/with-server.ts';
import { print, printError, printNote } from './terminal.ts';

/** The function's budget: 20 s to connect, 25 s to work, 5 s to settle, and some to spare. */
const RUN_MS = 55_000;

type Given = GivenServer & {
  readonly policy?: string;
  readonly apply?: true;
  readonly json?: true;
};

export const remediateOnce: CommandSpec<Given> = {
  name: 'remediate',
  summary: 'Run the remediation once, as the function would. Terminates sessions only with --apply.',
  arguments: [SERVER_ARGUMENT],
  options: [
    ...SERVER_OPTIONS,
    {
      flags: '--policy <file>',
      about: 'the policy, - for standard input (default: the declared policy, or the default policy)',
    },
    {
      flags: '--apply',
      about:
        'terminate the sessions that the plan chose, also if the policy only observes; without it, only observe',
    },
    JSON_OPTION,
  ],
  examples: [
    'headroom remediate orders',
    'headroom remediate --url postgres://headroom@db.example.com --policy policy.json --apply',
  ],
  topics: [SERVER_TOPIC],
  exits: { done: 'nothing remains to do', remains: 'pressure remains' },
  run,
};

async function run(given: Given): Promise<ExitCode> {
  const { policy: file, apply, json } = given;
  const known = file === undefined ? null : await readPolicyFile(file);
  const server = await findServer(given);
  const { policy } = known ?? (await policyFor(undefined, server.declared));
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6);
  const step = (text: string) => printNote(`${seconds()} s  ${text}`);
  const record = await remediate(
    {
      runId: randomUUID(),
      server: server.name,
      policy: { ...policy, mode: apply ? 'enforce' : 'observe' },
      trigger: { kind: 'manual', at: null },
      logStream: null,
      deadline: startedAt + RUN_MS,
    },
    withProgress(server.ports, step),
  );
  step(`outcome: ${record.outcome}${apply ? '' : ', observed only'}`);
  print(json ? jsonText(essentials(record)) : incidentText(record));
  if (record.problem !== null) {
    const { code, message } = record.problem;
    printError({ code, message: withAdvice(code, message, server) });
  }
  return exitCodeOfOutcome(record.outcome);
}

function incidentText(record: RunRecord): string {
  const { subject, text } = renderIncident(record);
  return `\n${subject}\n\n${text.trimEnd()}`;
}

/** The JSON for scripts: everything but the sessions of the snapshot. */
function essentials(record: RunRecord): Readonly<Record<string, unknown>> {
  const {
    runId,
    server,
    mode,
    outcome,
    problem,
    startedAt,
    connecting,
    lock,
    plan,
    attempts,
    readings,
    timings,
  } = record;
  return {
    runId,
    server,
    code: record.code,
    policyHash: record.policyHash,
    mode,
    outcome,
    problem,
    startedAt,
    connecting,
    lock,
    plan: plan === null ? null : planDocument(plan),
    attempts,
    readings: readings.map(({ came, ...reading }) => ({ ...reading, came: came.length })),
    timings,
  };
}
