import type { Command } from 'commander';
import { namesLostSomewhere } from '../core/doctor/lost-names.ts';
import { builtinLists } from '../core/server/builtin-lists.ts';
import { policyHash } from '../remediate/policy-hash.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { print } from './terminal.ts';

const EXAMPLES = `
Examples:
  headroom policy check policy.json
  headroom policy hash policy.json
  headroom policy builtin
  jq .policy servers.json | headroom policy check -`;

const FILE = 'the policy, - for standard input';

export function addPolicy(program: Command): void {
  const policies = program.command('policy').description('Work with policy files.').helpCommand(false);
  policies.addHelpText('after', EXAMPLES);
  policies
    .command('check')
    .description('Check a policy: print ok, or every problem with its path.')
    .argument('<file>', FILE)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string) => {
      const { policy } = await readPolicyFile(file);
      print(['ok', ...namesLostSomewhere(policy)].join('\n'));
    });
  policies
    .command('builtin')
    .description(
      'Print the built-in lists of names: sessions that are always spared, and sessions that end last in each rung.',
    )
    .action(() => print(builtinLists()));
  policies
    .command('hash')
    .description('Print the SHA-256 of a policy with its defaults, as records and messages name it.')
    .argument('<file>', FILE)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string) => {
      const { policy } = await readPolicyFile(file);
      print(policyHash(policy));
    });
}
