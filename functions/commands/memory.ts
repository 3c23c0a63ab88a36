import { renderMemory } from '../render/terminal/render-memory.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { print } from './terminal.ts';
import {
  CREDENTIALS_TOPIC,
  DEPLOYED_ARGUMENT,
  DEPLOYED_TOPIC,
  type GivenMemory,
  MEMORY_OPTIONS,
  serverMemory,
} from './with-memory.ts';

type Given = GivenMemory & { readonly json?: true };

export const memory: CommandSpec<Given> = {
  name: 'memory',
  summary: 'Print what is remembered of a server: its incident, its pause, its recent runs.',
  arguments: [DEPLOYED_ARGUMENT],
  options: [...MEMORY_OPTIONS, JSON_OPTION],
  examples: ['headroom memory orders', 'headroom memory orders --table pg-headroom-memory'],
  notes: 'The credentials need dynamodb:GetItem on the table.',
  topics: [DEPLOYED_TOPIC, CREDENTIALS_TOPIC],
  exits: { done: 'done' },
  run: readAndPrint,
};

async function readAndPrint(given: Given): Promise<ExitCode> {
  const { name, store } = await serverMemory(given);
  const remembered = await store.read(name);
  print(given.json ? jsonText(remembered) : renderMemory(name, remembered, Date.now()));
  return EXIT.done;
}
