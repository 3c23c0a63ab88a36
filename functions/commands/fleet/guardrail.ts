import { InvalidArgumentError } from 'commander';
import { tagGuardrail } from '../../core/fleet/tag-guardrail.ts';
import type { CommandSpec } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { print } from '../terminal.ts';

export const fleetGuardrail: CommandSpec<{ readonly role: readonly [string, ...string[]] }> = {
  name: 'fleet guardrail',
  summary:
    'Print the service control policy that lets only some roles opt databases in and out. Connects to nothing.',
  arguments: [
    { form: '<role...>', about: 'ARNs of the roles that may, * stands for any text', parse: roleArns },
  ],
  examples: [
    "headroom fleet guardrail 'arn:aws:iam::*:role/platform-*' > guardrail.json",
    'aws organizations create-policy --type SERVICE_CONTROL_POLICY --name pg-headroom --description "Opt-in of databases" --content file://guardrail.json',
  ],
  notes:
    'It denies the keys pg-headroom and pg-headroom:policy, in any case, in each call of RDS that takes tags, those on snapshots included. A service control policy does not hold for the management account and for service-linked roles, and it does not see tags that a restore inherits: a new resource id observes for 24 hours for that reason.',
  exits: { done: 'done' },
  run: ({ role }) => {
    print(JSON.stringify(tagGuardrail(role), null, 2));
    return EXIT.done;
  },
};

function roleArns(text: string, before: unknown): readonly string[] {
  if (!/^arn:aws[a-z-]*:iam::(\d{12}|\*):role\/.+$/.test(text))
    throw new InvalidArgumentError('Allowed are ARNs of roles, such as arn:aws:iam::*:role/platform-*.');
  return [...(Array.isArray(before) ? before : []), text];
}
