import type { Command } from 'commander';
import { namesLostSomewhere } from '../core/lost-names.ts';
import { readPolicy } from './read-policy.ts';
import { print } from './terminal.ts';

const EXAMPLES = `
Examples:
  headroom policy check policy.json
  jq .policy servers.json | headroom policy check -`;

export function addPolicy(program: Command): void {
  const policy = program.command('policy').description('Work with policy files.').helpCommand(false);
  policy
    .addHelpText('after', EXAMPLES)
    .command('check')
    .description('Say whether a policy is valid, or list every problem with its path.')
    .argument('<file>', 'the policy, - for standard input')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string) => {
      const { policy } = await readPolicy(file);
      print(['ok', ...namesLostSomewhere(policy)].join('\n'));
    });
}
