import { type Command, Option } from 'commander';
import { RemediationError } from '../core/base/errors.ts';
import { namesLostHere } from '../core/doctor/lost-names.ts';
import { planRemediation } from '../core/plan/plan-remediation.ts';
import { parseSnapshotText } from '../core/server/snapshot-file.ts';
import { isBlind } from '../core/server/visibility.ts';
import { planDocument } from '../render/terminal/plan-json.ts';
import { type PlanView, renderPlan } from '../render/terminal/plan-text.ts';
import { EXIT_HELP, exitCodeOfPlan } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readInput, STDIN } from './read-input.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { URL_HELP } from './server-url.ts';
import { paintFor, print, printError } from './terminal.ts';
import { serverOf, withServer } from './with-server.ts';

type Options = {
  readonly url?: string;
  readonly snapshot?: string;
  readonly policy?: string;
  readonly trigger: 'alarm' | 'schedule';
  readonly json?: true;
};

const EXAMPLES = `
Examples:
  headroom plan --url postgres://headroom@db.example.com --policy policy.json
  headroom plan --snapshot incident.json --policy policy.json --json`;

export function addPlan(program: Command): void {
  const command = program.command('plan');
  command
    .description(
      'Show which sessions would end, which would stay and why, and how many slots that frees. Terminates nothing.',
    )
    .addOption(new Option('--url <url>', 'take the snapshot from this server').conflicts('snapshot'))
    .option('--snapshot <file>', 'a saved snapshot, - for standard input')
    .option('--policy <file>', 'the policy, - for standard input (default: the default policy)')
    .addOption(
      new Option('--trigger <kind>', 'plan as after a refused client (alarm), or as a scheduled run')
        .choices(['alarm', 'schedule'])
        .default('alarm'),
    )
    .option('--json', 'print JSON instead of tables')
    .addHelpText('after', `${EXAMPLES}\n${EXIT_HELP}\n${URL_HELP}`)
    .action(async (options: Options) => {
      if ((options.url ?? options.snapshot) === undefined) command.error('error: give --url or --snapshot');
      if (options.snapshot === STDIN && options.policy === STDIN)
        command.error('error: only one of --snapshot and --policy can be standard input');
      process.exitCode = await plan(options);
    });
}

async function plan(options: Options): Promise<number> {
  const { trigger } = options;
  const { policy, name: policyName } = await readPolicyFile(options.policy);
  const { snapshot, source } = await snapshotFrom(options);
  const blindness = isBlind(snapshot);
  if (blindness !== null) throw new RemediationError(blindness.code, blindness.message);
  const planned = planRemediation(snapshot, policy, trigger);
  const view: PlanView = { source, policyName, snapshot, policy, trigger, plan: planned };
  print(
    options.json
      ? jsonText(planDocument(planned, namesLostHere(policy, snapshot)))
      : renderPlan(view, paintFor(process.stdout)),
  );
  if (planned.problem !== null) printError(planned.problem.message);
  return exitCodeOfPlan(planned);
}

async function snapshotFrom({
  url,
  snapshot = STDIN,
}: Options): Promise<Pick<PlanView, 'snapshot' | 'source'>> {
  if (url !== undefined) {
    const server = await serverOf(url);
    return { snapshot: await withServer(server, (database) => database.readSnapshot()), source: server.name };
  }
  const text = await readInput(snapshot, 'snapshot', 'snapshot-invalid');
  return { snapshot: parseSnapshotText(text), source: snapshot === STDIN ? '(standard input)' : snapshot };
}
