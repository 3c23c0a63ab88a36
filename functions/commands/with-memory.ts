import { type Command, InvalidArgumentError } from 'commander';
import { memoryIn } from '../aws/memory-table.ts';
import type { MemoryStore } from '../report/report-ports.ts';

/** The server that the memory is about, and where the memory is kept. */
export type MemoryOptions = { readonly server: string; readonly table: string; readonly region?: string };

export const CREDENTIALS_HELP = `Credentials and region come from the same places as for the AWS CLI: AWS_PROFILE (static keys, SSO, credential_process,
roles), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, web identity, or the machine's own role. AWS_ENDPOINT_URL is used too.`;

/** A command that reads or changes what is remembered of one server. */
export function memoryCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .requiredOption('--server <name>', "the server's declared name", nameOf)
    .requiredOption('--table <name>', 'the memory table, by name or ARN')
    .option('--region <name>', 'where the table is (default: AWS_REGION, or the region of the profile)');
}

function nameOf(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

export function memoryStore({ table, region }: MemoryOptions): MemoryStore {
  return memoryIn(table, region);
}
