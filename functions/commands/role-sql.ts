import { InvalidArgumentError } from 'commander';
import {
  DEFAULT_ROLE,
  KNOWN_VERSIONS,
  ROLE_FLAVORS,
  type RoleFlavor,
  roleNameProblem,
  roleSql,
} from '../core/doctor/role-sql.ts';
import type { CommandSpec } from './command.ts';
import { EXIT } from './exit-code.ts';
import { print } from './terminal.ts';

type Given = { readonly flavor: RoleFlavor; readonly version?: number; readonly role: string };

const { oldest, newest } = KNOWN_VERSIONS;

export const roleSqlCommand: CommandSpec<Given> = {
  name: 'role-sql',
  summary: 'Print the SQL that creates a role with only the rights that a run needs. Connects to nothing.',
  options: [
    {
      flags: '--flavor <flavor>',
      about: 'the kind of server',
      choices: ROLE_FLAVORS,
      fallback: 'postgresql',
    },
    {
      flags: '--version <n>',
      about: `the server's major version, ${oldest} to ${newest} (default: ${newest})`,
      parse: roleVersion,
    },
    { flags: '--role <name>', about: 'the name of the role', parse: roleName, fallback: DEFAULT_ROLE },
  ],
  examples: [
    'headroom role-sql --version 16 | psql -d postgres',
    'headroom role-sql --flavor rds --role oncall',
  ],
  notes: 'Then set its password, and check the result with headroom doctor.',
  exits: { done: 'done' },
  run: ({ flavor, version: major, role }) => {
    if (flavor === 'gaussdb' && major !== undefined)
      throw new InvalidArgumentError('--version is a version of PostgreSQL, leave it out for gaussdb.');
    print(roleSql({ flavor, version: major ?? newest, role }));
    return EXIT.done;
  },
};

/** Accepts `16` and `16.4`, because people copy what the server shows. */
export function roleVersion(text: string): number {
  const major = Number(/^(\d{1,3})(\.\d+)*$/.exec(text)?.[1]);
  if (major >= oldest && major <= newest) return major;
  throw new InvalidArgumentError(`Allowed is ${oldest} to ${newest}.`);
}

function roleName(text: string): string {
  const problem = roleNameProblem(text);
  if (problem !== null) throw new InvalidArgumentError(problem);
  return text;
}
