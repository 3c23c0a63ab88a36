import { renderMemory } from '../render/terminal/render-memory.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { print } from './terminal.ts';
import { CREDENTIALS_TOPIC, type GivenMemory, MEMORY_OPTIONS, memoryStore } from './with-memory.ts';

type Given = GivenMemory & { readonly json?: true };

export const memory: CommandSpec<Given> = {
  name: 'memory',
  summary: 'Print what is remembered of a server: its incident, its pause, its recent runs.',
  options: [...MEMORY_OPTIONS, JSON_OPTION],
  examples: ['headroom memory --server orders --table pg-headroom-memory'],
  notes: 'The credentials need dynamodb:GetItem on the table.',
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done' },
  run: readAndPrint,
};

async function readAndPrint(given: Given): Promise<ExitCode> {
  const remembered = await memoryStore(given).read(given.server);
  print(given.json ? jsonText(remembered) : renderMemory(given.server, remembered, Date.now()));
  return EXIT.done;
}
