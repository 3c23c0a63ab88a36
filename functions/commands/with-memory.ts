import { InvalidArgumentError } from 'commander';
import { memoryIn } from '../aws/memory-table.ts';
import type { SwitchPlace } from '../aws/pause-switch.ts';
import type { MemoryStore } from '../report/report-ports.ts';
import type { ArgumentSpec, HelpTopic, OptionSpec } from './command.ts';
import { regionOption } from './region-option.ts';
import { DECLARATION_FILE } from './server/declared-server.ts';
import { memoryOf } from './server/deployed-server.ts';

/** The server that the memory is about, and where the memory is kept, if the command line says so. */
export type GivenMemory = {
  readonly server?: string;
  readonly table?: string;
  readonly declaration?: string;
  readonly region?: string;
};

export const CREDENTIALS_TOPIC: HelpTopic = {
  title: 'Credentials',
  text: "Credentials and region come from the same places as for the AWS CLI: AWS_PROFILE (static keys, SSO, credential_process, roles), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, web identity, or the machine's own role. AWS_ENDPOINT_URL is used too.",
};

export const DEPLOYED_TOPIC: HelpTopic = {
  title: 'The deployed server',
  text: `A server is named as in ${DECLARATION_FILE}, or STAGE/NAME where several stages have it. Its region comes from there; without such a file, or with --region, the name alone is enough. The configuration of its function says where its memory and its records are. That needs lambda:GetFunctionConfiguration and lambda:GetFunctionEventInvokeConfig on functions whose name begins with pg-headroom, or with your stage.`,
};

export const DEPLOYED_ARGUMENT: ArgumentSpec = { form: '[server]', about: "the server's declared name" };

export const DEPLOYED_OPTIONS: readonly OptionSpec[] = [
  { flags: '--server <name>', about: 'the same, as an option', parse: nameOf },
  {
    flags: '--declaration <file>',
    about: `the file that declares the servers, for the region (default: ${DECLARATION_FILE}, if it is here)`,
  },
  regionOption(
    'where the server is deployed (default: its declared region, AWS_REGION, or that of the profile)',
  ),
];

/** The options of a command that reads or changes what is remembered of one server. */
export const MEMORY_OPTIONS: readonly OptionSpec[] = [
  ...DEPLOYED_OPTIONS,
  {
    flags: '--table <name>',
    about: "the memory table, by name or ARN (default: that of the server's function)",
  },
];

function nameOf(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

/** @throws InvalidArgumentError when no server is named. */
export async function serverMemory({ server, ...given }: GivenMemory): Promise<{
  readonly name: string;
  readonly store: MemoryStore;
  readonly place: SwitchPlace;
}> {
  if (!server) throw new InvalidArgumentError('Name the server by its declared name.');
  const { table, region } = given;
  const found = table === undefined ? await memoryOf({ server, ...given }) : { name: server, table, region };
  const place = {
    server: found.name,
    table: found.table,
    ...(found.region !== undefined && { region: found.region }),
  };
  return { name: found.name, store: memoryIn(found.table, found.region), place };
}
