import type { Command } from 'commander';
import { renderMemory } from '../render/terminal/render-memory.ts';
import { EXIT } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { print } from './terminal.ts';
import { CREDENTIALS_HELP, type MemoryOptions, memoryCommand, memoryStore } from './with-memory.ts';

const HELP = `
Example:
  headroom memory --server orders --table pg-headroom-memory

${CREDENTIALS_HELP}
The credentials need dynamodb:GetItem on the table.

Exit codes:
  0  done     2  bad usage or input     3  could not do its job`;

export function addMemory(program: Command): void {
  memoryCommand(program, 'memory')
    .description('Print what is remembered of a server: its incident, its pause, its recent runs.')
    .option('--json', 'print it as JSON')
    .addHelpText('after', HELP)
    .action(async (options: MemoryOptions & { readonly json?: true }) => {
      const memory = await memoryStore(options).read(options.server);
      print(options.json ? jsonText(memory) : renderMemory(options.server, memory, Date.now()));
      process.exitCode = EXIT.done;
    });
}
