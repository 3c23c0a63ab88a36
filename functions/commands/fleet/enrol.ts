import { KNOWN_VERSIONS } from '../../core/doctor/role-sql.ts';
import { enrolScript, enrolSql } from '../../core/fleet/enrol-sql.ts';
import { type CommandSpec, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { jsonText } from '../json-text.ts';
import { roleVersion } from '../role-sql.ts';
import { print } from '../terminal.ts';

const { oldest, newest } = KNOWN_VERSIONS;

type Given = { readonly print?: true; readonly json?: true; readonly version?: number };

export const fleetEnrol: CommandSpec<Given> = {
  name: 'fleet enrol',
  summary: 'Print the SQL that makes both roles of a fleet on RDS or Aurora. Connects to nothing.',
  options: [
    { flags: '--print', about: 'print the SQL for psql (this is the default)' },
    {
      flags: '--version <n>',
      about: `the server's major version, ${oldest} to ${newest} (default: ${newest})`,
      parse: roleVersion,
    },
    JSON_OPTION,
  ],
  examples: [
    'headroom fleet enrol --print --version 16 | psql "host=HOST dbname=postgres user=MASTER"',
    'headroom fleet enrol --json --version 16',
  ],
  notes:
    'It makes headroom, which may end sessions, and headroom_observer, which only looks, and lets both log in by IAM. It may run again: nothing changes then. It stops where a role of that name has rights that ours may not have. With --json a pipeline of your own gets the statements and their undo.',
  exits: { done: 'done' },
  run: ({ json, version = newest }) => {
    print(json ? jsonText({ version, ...enrolSql(version) }) : enrolScript(version));
    return EXIT.done;
  },
};
