import { InvalidArgumentError } from 'commander';
import { RemediationError } from '../core/base/errors.ts';
import { namesLostHere } from '../core/doctor/lost-names.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import type { Snapshot } from '../core/server/snapshot.ts';
import { parseSnapshotText } from '../core/server/snapshot-file.ts';
import { isBlind } from '../core/server/visibility.ts';
import { planDocument } from '../render/terminal/plan-json.ts';
import { type PlanView, renderPlan } from '../render/terminal/plan-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { type ExitCode, exitCodeOfPlan } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readInput, STDIN } from './read-input.ts';
import { policyFor } from './read-policy-file.ts';
import { findServer, type GivenServer, namesServer } from './server/find-server.ts';
import { SERVER_ARGUMENT, SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withServer } from './server/with-server.ts';
import { paintFor, print, printError } from './terminal.ts';

type Given = GivenServer & {
  readonly snapshot?: string;
  readonly policy?: string;
  readonly trigger: 'alarm' | 'schedule';
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
      flags: '--policy <file>',
      about: 'the policy, - for standard input (default: the declared policy, or the default policy)',
    },
    {
      flags: '--trigger <kind>',
      about: 'plan as after a refused client (alarm), or as a scheduled run',
      choices: ['alarm', 'schedule'],
      fallback: 'alarm',
    },
    JSON_OPTION,
  ],
  examples: [
    'headroom plan orders',
    'headroom plan --url postgres://headroom@db.example.com --policy policy.json',
    'headroom plan --snapshot incident.json --policy policy.json --json',
  ],
  topics: [SERVER_TOPIC],
  exits: { done: 'nothing remains to do', remains: 'pressure remains' },
  run: planAndPrint,
};

async function planAndPrint(given: Given): Promise<ExitCode> {
  const { trigger } = given;
  const { snapshot, source, policy, policyName } = await inputsOf(given);
  const blindness = isBlind(snapshot);
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  const planned = planRemediation(snapshot, policy, trigger);
  const view: PlanView = { source, policyName, snapshot, policy, trigger, plan: planned };
  print(
    given.json
      ? jsonText(planDocument(planned, namesLostHere(policy, snapshot)))
      : renderPlan(view, paintFor(process.stdout)),
  );
  if (planned.problem !== null) printError(planned.problem);
  return exitCodeOfPlan(planned);
}

type Inputs = Pick<PlanView, 'source' | 'policy' | 'policyName'> & { readonly snapshot: Snapshot };

async function inputsOf(given: Given): Promise<Inputs> {
  const { snapshot: file } = given;
  if (file === STDIN && given.policy === STDIN)
    throw new InvalidArgumentError('Only one of --snapshot and --policy can be standard input.');
  if (file !== undefined && given.server !== undefined)
    throw new InvalidArgumentError('Give a server or --snapshot, not both.');
  if (file === undefined && !namesServer(given))
    throw new InvalidArgumentError(
      'Give a server (headroom plan orders, or --url postgres://USER@HOST), or --snapshot.',
    );
  if (file === undefined) return await liveInputs(given);
  const { policy, name: policyName } = await policyFor(given.policy, null);
  const snapshot = parseSnapshotText(await readInput(file, 'snapshot', 'snapshot-invalid'));
  return { snapshot, source: file === STDIN ? '(standard input)' : file, policy, policyName };
}

/** The policy is read first, so that an error in it needs no connection. */
async function liveInputs(given: Given): Promise<Inputs> {
  const known = given.policy === undefined ? null : await policyFor(given.policy, null);
  const server = await findServer(given);
  const { policy, name: policyName } = known ?? (await policyFor(undefined, server.declared));
  const snapshot = await withServer(server, (database) => database.readSnapshot());
  return { snapshot, source: server.name, policy, policyName };
}
