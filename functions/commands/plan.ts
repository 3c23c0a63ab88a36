import { InvalidArgumentError } from 'commander';
import { RemediationError } from '../core/base/errors.ts';
import { lacksSessions } from '../core/diagnosis/explain.ts';
import { namesLostHere } from '../core/doctor/lost-names.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import { parseSnapshotText } from '../core/server/snapshot-file.ts';
import { isBlind } from '../core/server/visibility.ts';
import { lookingPace } from '../postgres/connection/pace.ts';
import { planDocument } from '../render/terminal/plan-json.ts';
import { type PlanView, renderPlan } from '../render/terminal/plan-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { type ExitCode, exitCodeOfPlan } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { hasLiveScreen } from './live-screen.ts';
import { readInput, STDIN } from './read-input.ts';
import { policyFor } from './read-policy-file.ts';
import { RECORD_REGION, RECORD_TOPIC, readRecord } from './read-record.ts';
import { findServer, type GivenServer, namesServer } from './server/find-server.ts';
import { SERVER_ARGUMENT, SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withServer } from './server/with-server.ts';
import { paintFor, print, printError, screenOf } from './terminal.ts';
import { watchPlan } from './watch-plan.ts';

type Given = GivenServer & {
  readonly snapshot?: string;
  readonly policy?: string;
  readonly trigger: 'alarm' | 'schedule';
  readonly record?: string;
  readonly region?: string;
  readonly watch?: true;
  readonly every?: number;
  readonly all?: true;
  readonly json?: true;
};

export const plan: CommandSpec<Given> = {
  name: 'plan',
  summary:
    'Show which sessions would end, which would stay and why, and how many slots that frees. Terminates nothing.',
  arguments: [SERVER_ARGUMENT],
  options: [
    ...SERVER_OPTIONS,
    {
      flags: '--snapshot <file>',
      about: 'a saved snapshot in place of a server, - for standard input',
      conflicts: 'url',
    },
    {
      flags: '--record <record>',
      about: 'the first snapshot of a kept record in place of a server: a file, - or s3://BUCKET/KEY',
      conflicts: 'snapshot',
    },
    RECORD_REGION,
    {
      flags: '--policy <file>',
      about:
        'the policy, - for standard input (default: the declared policy, that of the record, or the default policy)',
    },
    { flags: '--watch', about: 'show the plan anew every few seconds, until q or Ctrl-C' },
    {
      flags: '--every <seconds>',
      about: 'with --watch, the seconds between two looks (default: 2)',
      parse: secondsOf,
    },
    {
      flags: '--trigger <kind>',
      about: 'plan as after a refused client (alarm), or as a scheduled run',
      choices: ['alarm', 'schedule'],
      fallback: 'alarm',
    },
    { flags: '--all', about: 'show each session by itself, however many there are' },
    JSON_OPTION,
  ],
  examples: [
    'headroom plan orders',
    'headroom plan --url postgres://headroom@db.example.com --policy policy.json',
    'headroom plan orders --watch',
    'headroom plan --record s3://BUCKET/records/orders/2026/11/21/RUN.json.gz --policy policy.json',
    'headroom plan --snapshot incident.json --policy policy.json --json',
  ],
  topics: [SERVER_TOPIC, RECORD_TOPIC],
  exits: { done: 'nothing remains to do', remains: 'pressure remains' },
  run: planAndPrint,
};

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > 3_600)
    throw new InvalidArgumentError('Expected a whole number of seconds from 1 to 3600.');
  return seconds;
}

async function planAndPrint(given: Given): Promise<ExitCode> {
  checkUsage(given);
  if (given.watch) return await watch(given);
  const { trigger } = given;
  const { snapshot, source, policy, policyName } = await inputsOf(given);
  const blindness = isBlind(snapshot);
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  const planned = planRemediation(snapshot, policy, trigger);
  const view: PlanView = { source, policyName, snapshot, policy, trigger, plan: planned };
  print(
    given.json
      ? jsonText(planDocument(planned, namesLostHere(policy, snapshot)))
      : renderPlan(view, paintFor(process.stdout), screenOf(process.stdout, given.all)),
  );
  if (planned.problem !== null) printError(planned.problem);
  return exitCodeOfPlan(planned);
}

const EVERY_SECONDS = 2;

type Inputs = Pick<PlanView, 'source' | 'policy' | 'policyName'> & { readonly snapshot: Snapshot };

function checkUsage(given: Given): void {
  const { snapshot, record, policy, watch: isWatched } = given;
  const refuse = (message: string) => {
    throw new InvalidArgumentError(message);
  };
  const isOffline = snapshot !== undefined || record !== undefined;
  if ([snapshot, record].includes(STDIN) && policy === STDIN)
    refuse('Only one of --snapshot, --record and --policy can be standard input.');
  if (isOffline && (given.server ?? given.url) !== undefined)
    refuse('Give a server, or --snapshot or --record, not both.');
  if (!isOffline && !namesServer(given))
    refuse('Give a server (headroom plan orders, or --url postgres://USER@HOST), or --snapshot.');
  if (isWatched && isOffline) refuse('--watch looks at a server, and a file does not change.');
  if (isWatched && !hasLiveScreen())
    refuse('--watch needs a terminal. Without one, headroom plan prints the plan once.');
}

async function watch(given: Given): Promise<ExitCode> {
  const known = given.policy === undefined ? null : await policyFor(given.policy, null);
  const server = await findServer(given);
  const { policy, name: policyName } = known ?? (await policyFor(undefined, server.declared));
  const { trigger, every: everySeconds = EVERY_SECONDS } = given;
  return await watchPlan({ server, policy, policyName, trigger, everySeconds });
}

async function inputsOf(given: Given): Promise<Inputs> {
  const { snapshot: file, record } = given;
  if (record !== undefined) return await recordedInputs(record, given);
  if (file === undefined) return await liveInputs(given);
  const { policy, name: policyName } = await policyFor(given.policy, null);
  const snapshot = parseSnapshotText(await readInput(file, 'snapshot', 'snapshot-invalid'));
  return { snapshot, source: file === STDIN ? '(standard input)' : file, policy, policyName };
}

/** The plan of a run again, with another policy or with the code of today. */
async function recordedInputs(from: string, { policy: file, region }: Given): Promise<Inputs> {
  const record = await readRecord(from, region);
  const { snapshot, server, runId } = record;
  if (snapshot === null || lacksSessions(record.reduced)) {
    const message = `The record of run ${runId} has no sessions to plan with: ${snapshot === null ? 'the run took no snapshot' : 'they were left out to keep it small'}.`;
    throw new RemediationError('record-invalid', message);
  }
  const { policy, name: policyName } =
    file === undefined ? { policy: record.policy, name: 'of the record' } : await policyFor(file, null);
  return { snapshot, source: `${server}, run ${runId}`, policy, policyName };
}

/** The policy is read first, so that an error in it needs no connection. */
async function liveInputs(given: Given): Promise<Inputs> {
  const known = given.policy === undefined ? null : await policyFor(given.policy, null);
  const server = await findServer(given);
  const { policy, name: policyName } = known ?? (await policyFor(undefined, server.declared));
  const snapshot = await withServer(server, (database) => database.readSnapshot(), lookingPace());
  return { snapshot, source: server.name, policy, policyName };
}
