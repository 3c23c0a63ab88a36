import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import { RemediationError } from '../core/base/errors.ts';
import { counted } from '../core/base/words.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { RunRecord } from '../core/run/record.ts';
import { isBlind } from '../core/server/visibility.ts';
import { newPace, type Pace } from '../postgres/connection/pace.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import { remediate } from '../remediate/remediate.ts';
import { fullTextOf } from '../render/message/full-text.ts';
import { renderIncident } from '../render/message/render-incident.ts';
import { planDocument } from '../render/terminal/plan-json.ts';
import { renderVictims } from '../render/terminal/plan-text.ts';
import { askYes, canAnswer } from './ask-yes.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode, exitCodeOfOutcome, exitCodeOfPlan } from './exit-code.ts';
import { interruptibleRun } from './interruptible-run.ts';
import { jsonText } from './json-text.ts';
import { policyFor, readPolicyFile } from './read-policy-file.ts';
import { withProgress } from './run-progress.ts';
import { findServer, type GivenServer, type Server } from './server/find-server.ts';
import { SERVER_ARGUMENT, SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withAdvice, withServer } from './server/with-server.ts';
import {
  paintFor,
  print,
  printDetail,
  printError,
  printNote,
  printProgress,
  printQuestion,
  screenOf,
} from './terminal.ts';

/** The function's budget: 20 s to connect, 25 s to work, 5 s to settle, and some to spare. */
const RUN_MS = 55_000;

type Given = GivenServer & {
  readonly policy?: string;
  readonly apply?: true;
  readonly yes?: true;
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
    { flags: '--yes', about: 'with --apply, ask no question: for scripts' },
    JSON_OPTION,
  ],
  examples: [
    'headroom remediate orders',
    'headroom remediate --url postgres://headroom@db.example.com --policy policy.json --apply',
    'headroom remediate orders --apply --yes --json',
  ],
  notes:
    'With --apply, a terminal shows the sessions that would end and asks. Elsewhere --yes is needed. Then the run looks again: a session that was used in between stays, and another that fits the policy may end in its place. Ctrl-C sends no other attempt, closes our session, and prints what was done.',
  topics: [SERVER_TOPIC],
  exits: {
    done: 'nothing remains to do',
    remains: 'pressure remains, or the answer was no',
    interrupted: 'ended by Ctrl-C',
  },
  run,
};

const NEEDS_YES =
  '--apply ends sessions, and here is no terminal on which the command could ask: add --yes, or run it on a terminal.';

async function run(given: Given): Promise<ExitCode> {
  const { policy: file, apply, yes, json } = given;
  if (apply && !yes && !canAnswer()) throw new InvalidArgumentError(NEEDS_YES);
  const known = file === undefined ? null : await readPolicyFile(file);
  const server = await findServer(given);
  const { policy: named, name } = known ?? (await policyFor(undefined, server.declared));
  const policy: Policy = { ...named, mode: apply ? 'enforce' : 'observe' };
  // The look before the question and the run make no more tries together than one run.
  const pace = newPace();
  if (apply && !yes) {
    const refused = await askToEnd(server, policy, name, pace);
    if (refused !== null) return refused;
  }
  const record = await runOnce(server, policy, pace);
  print(json ? jsonText(essentials(record)) : incidentText(record));
  if (record.problem !== null) {
    const { code, message } = record.problem;
    printError({ code, message: withAdvice(code, message, server) });
  }
  return exitCodeOfOutcome(record.outcome);
}

/** Shows the sessions that would end, and asks. Null when the run may go on, else the exit code. */
async function askToEnd(
  server: Server,
  policy: Policy,
  policyName: string,
  pace: Pace,
): Promise<ExitCode | null> {
  const snapshot = await withServer(server, (database) => database.readSnapshot(), pace);
  const blindness = isBlind(snapshot);
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  const plan = planRemediation(snapshot, policy, 'manual');
  const view = {
    source: server.name,
    policyName,
    snapshot,
    policy,
    trigger: 'manual',
    plan,
  } as const;
  printQuestion(`${renderVictims(view, paintFor(process.stderr), screenOf(process.stderr))}\n`);
  const { length } = plan.victims;
  if (length === 0) {
    printNote('There is no session to end.');
    return exitCodeOfPlan(plan);
  }
  if (await askYes(`End ${counted(length, 'session')} on ${server.name}?`)) return null;
  printNote('No session was told to end.');
  return EXIT.remains;
}

async function runOnce(server: Server, policy: Policy, pace: Pace): Promise<RunRecord> {
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6);
  const step = (text: string) => printProgress(`${seconds()} s  ${text}`);
  const log: RemediatePorts['log'] = (event, fields) => printDetail(JSON.stringify({ event, ...fields }));
  const { ports, finish } = interruptibleRun(withProgress(server.ports(log, pace), step));
  try {
    const record = await remediate(
      {
        runId: randomUUID(),
        server: server.name,
        policy,
        trigger: { kind: 'manual', at: null },
        logStream: null,
        deadline: startedAt + RUN_MS,
      },
      ports,
    );
    step(`outcome: ${record.outcome}${policy.mode === 'enforce' ? '' : ', observed only'}`);
    return record;
  } finally {
    finish();
  }
}

function incidentText(record: RunRecord): string {
  return `\n${renderIncident(record).subject}\n\n${fullTextOf(record, [], screenOf(process.stdout).columns).trimEnd()}`;
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
