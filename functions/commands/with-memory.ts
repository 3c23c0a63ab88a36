import { InvalidArgumentError } from 'commander';
import { memoryIn } from '../aws/memory-table.ts';
import type { MemoryStore } from '../report/report-ports.ts';
import type { HelpTopic, OptionSpec } from './command.ts';

/** The server that the memory is about, and where the memory is kept. */
export type GivenMemory = { readonly server: string; readonly table: string; readonly region?: string };

export const CREDENTIALS_TOPIC: HelpTopic = {
  title: 'Credentials',
  text: "Credentials and region come from the same places as for the AWS CLI: AWS_PROFILE (static keys, SSO, credential_process, roles), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, web identity, or the machine's own role. AWS_ENDPOINT_URL is used too.",
};

/** The options of a command that reads or changes what is remembered of one server. */
export const MEMORY_OPTIONS: readonly OptionSpec[] = [
  { flags: '--server <name>', about: "the server's declared name", parse: nameOf, isRequired: true },
  { flags: '--table <name>', about: 'the memory table, by name or ARN', isRequired: true },
  {
    flags: '--region <name>',
    about: 'where the table is (default: AWS_REGION, or the region of the profile)',
  },
];

function nameOf(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

export function memoryStore({ table, region }: GivenMemory): MemoryStore {
  return memoryIn(table, region);
}
