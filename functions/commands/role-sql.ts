import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_ROLE,
  ROLE_FLAVORS,
  ROLE_VERSIONS,
  type RoleFlavor,
  roleNameProblem,
  roleSql,
} from '../core/doctor/role-sql.ts';
import { print } from './terminal.ts';

type Options = { readonly flavor: RoleFlavor; readonly version?: number; readonly role: string };

const HELP = `
Examples:
  headroom role-sql --version 16 | psql -d postgres
  headroom role-sql --flavor rds --role oncall
Then set its password, and check the result with headroom doctor.`;

export function addRoleSql(program: Command): void {
  const { oldest, newest } = ROLE_VERSIONS;
  const command = program.command('role-sql');
  command
    .description(
      'Print the SQL that creates a role with only the rights that a run needs. Connects to nothing.',
    )
    .addOption(
      new Option('--flavor <flavor>', 'the kind of server').choices(ROLE_FLAVORS).default('postgresql'),
    )
    .option(
      '--version <n>',
      `the server's major version, ${oldest} to ${newest} (default: ${newest})`,
      version,
    )
    .option('--role <name>', 'the name of the role', roleName, DEFAULT_ROLE)
    .addHelpText('after', HELP)
    .action(({ flavor, version, role }: Options) => {
      if (flavor === 'gaussdb' && version !== undefined)
        command.error('error: --version is a version of PostgreSQL, leave it out for gaussdb');
      print(roleSql({ flavor, version: version ?? newest, role }));
    });
}

/** Accepts `16` and `16.4`, because people copy what the server shows. */
function version(text: string): number {
  const { oldest, newest } = ROLE_VERSIONS;
  const major = Number(/^(\d{1,3})(\.\d+)*$/.exec(text)?.[1]);
  if (major >= oldest && major <= newest) return major;
  throw new InvalidArgumentError(`Allowed is ${oldest} to ${newest}.`);
}

function roleName(text: string): string {
  const problem = roleNameProblem(text);
  if (problem !== null) throw new InvalidArgumentError(problem);
  return text;
}
