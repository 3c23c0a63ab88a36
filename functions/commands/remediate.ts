import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { RunRecord } from '../core/run/record.ts';
import { remediate } from '../remediate/remediate.ts';
import { renderIncident } from '../render/message/render-incident.ts';
import { planDocument } from '../render/terminal/plan-json.ts';
import { EXIT_HELP, exitCodeOfOutcome } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { withProgress } from './run-progress.ts';
import { URL_HELP } from './server-url.ts';
import { print, printError, printNote } from './terminal.ts';
import { serverOf, withAdvice } from './with-server.ts';

/** The function's budget: 20 s to connect, 25 s to work, 5 s to settle, and some to spare. */
const RUN_MS = 55_000;

type Options = {
  readonly url: string;
  readonly policy?: string;
  readonly apply?: true;
  readonly json?: true;
};

const EXAMPLES = `
Examples:
  headroom remediate --url postgres://headroom@db.example.com
  headroom remediate --url postgres://headroom@db.example.com --policy policy.json --apply`;

export function addRemediate(program: Command): void {
  program
    .command('remediate')
    .description('Run the remediation once, as the function would. Terminates sessions only with --apply.')
    .requiredOption('--url <url>', 'the server')
    .option('--policy <file>', 'the policy, - for standard input (default: the default policy)')
    .option(
      '--apply',
      'terminate the sessions that the plan chose, also if the policy only observes; without it, only observe',
    )
    .option('--json', 'print the run as JSON instead of the message')
    .addHelpText('after', `${EXAMPLES}\n${EXIT_HELP}\n${URL_HELP}`)
    .action(async (options: Options) => {
      process.exitCode = await run(options);
    });
}

async function run({ url, policy: file, apply, json }: Options): Promise<number> {
  const { policy } = await readPolicyFile(file);
  const server = await serverOf(url);
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
    printError(withAdvice(code, message, server));
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
