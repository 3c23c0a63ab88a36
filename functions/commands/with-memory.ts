import { type Command, InvalidArgumentError } from 'commander';
import { memoryIn } from '../aws/memory.ts';
import type { MemoryStore } from '../workflow/ports.ts';
import { awsEnvironment } from './aws-environment.ts';

/** Whose memory, and where it is kept. */
export type MemoryOptions = { readonly server: string; readonly table: string; readonly region?: string };

export const CREDENTIALS_HELP = `Credentials come from the environment only: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for a role, AWS_SESSION_TOKEN.
The AWS CLI puts them there: eval "$(aws configure export-credentials --format env)"`;

/** A command about what is remembered of one server. */
export function memoryCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .requiredOption('--server <name>', 'the server, as it is declared', nameOf)
    .requiredOption('--table <name>', "the memory's table, by name or ARN")
    .option('--region <name>', 'where the table is (default: AWS_REGION)');
}

function nameOf(text: string): string {
  if (text === '') throw new InvalidArgumentError('It has a name.');
  return text;
}

/** @throws RemediationError `config-invalid` when the environment does not say where, or as whom. */
export function memoryOf({ table, region }: MemoryOptions): MemoryStore {
  return memoryIn(table, awsEnvironment(region).AWS_REGION);
}
