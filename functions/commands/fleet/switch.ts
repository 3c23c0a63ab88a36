import { InvalidArgumentError } from 'commander';
import { writeOwnCellSwitch } from '../../aws/cell-switch.ts';
import { writePeoplesText } from '../../aws/fleet-items.ts';
import { writeSwitch } from '../../aws/pause-switch.ts';
import { FLEET_TABLES } from '../../contract.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { RemediationError } from '../../core/base/errors.ts';
import { RESUMED, switchText } from '../../core/fleet/cell-items.ts';
import { timeText } from '../../render/base/phrases.ts';
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type GivenLength, PAUSE_OPTIONS } from '../pause-options.ts';
import { print } from '../terminal.ts';
import { whoAmI } from '../who-am-i.ts';
import { CREDENTIALS_TOPIC } from '../with-memory.ts';
import { type GivenCells, switchAllCells } from './all-cells.ts';
import { CELL_NOTES, type GivenCell, REGION_OPTION, readCell, theDatabase } from './read-cell.ts';

/** What is switched: one database, the whole cell, or every cell of a list. */
type GivenScope = GivenCell & GivenCells & { readonly database?: string; readonly cell?: true };
type GivenPause = GivenScope & GivenLength;

const SCOPE: readonly ArgumentSpec[] = [{ form: '[database]', about: 'its name, resource id or key' }];
const SCOPE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--cell', about: 'the whole cell in place of one database' },
  { flags: '--all', about: 'all cells of the list', conflicts: 'cell' },
  {
    flags: '--cells <file>',
    about: 'with --all: JSON with account and region of each cell, - for standard input',
  },
];

const SWITCH_NOTES = `${CELL_NOTES} A pause takes effect at the start of the next run, and the run of a paused database logs in as the role that may signal nobody. --all reads a list such as "aws cloudformation list-stack-instances --stack-set-name pg-headroom-fleet-cell --query 'Summaries[].{account:Account,region:Region}'" prints, and assumes pg-headroom-fleet-operator-REGION in each account. It tries all cells, prints those that it could not reach and then exits with 1.`;
const SWITCH_EXITS = {
  done: 'done',
  remains: 'cells were not reached',
  badInput: 'there is no such database',
} as const;

export const fleetPause: CommandSpec<GivenPause> = {
  name: 'fleet pause',
  summary: 'Stop the runs for one database, a cell or all cells from ending sessions.',
  arguments: SCOPE,
  options: [...SCOPE_OPTIONS, ...PAUSE_OPTIONS, REGION_OPTION],
  examples: [
    'headroom fleet pause orders --for 2h --reason "fail-over test"',
    'headroom fleet pause --cell',
    'headroom fleet pause --all --cells cells.json --reason "incident 4711"',
  ],
  notes: SWITCH_NOTES,
  topics: [CREDENTIALS_TOPIC],
  exits: SWITCH_EXITS,
  run: async ({ reason = null, for: length, ...given }) => {
    const now = Date.now();
    const until = length === undefined ? null : new Date(now + length).toISOString();
    const end = until === null ? 'until they are resumed' : `until ${timeText(until)}`;
    const says = `paused: from the next run on no session is ended, ${end}`;
    return await switched(given, says, (by) => {
      const pause = { at: new Date(now).toISOString(), by, reason, until };
      return { ofDatabase: pause, ofCell: switchText({ ...pause, mode: 'observe' }) };
    });
  },
};

export const fleetResume: CommandSpec<GivenScope> = {
  name: 'fleet resume',
  summary: 'Let the runs for a paused database, a cell or all cells end sessions again.',
  arguments: SCOPE,
  options: [...SCOPE_OPTIONS, REGION_OPTION],
  examples: ['headroom fleet resume orders', 'headroom fleet resume --cell'],
  notes: SWITCH_NOTES,
  topics: [CREDENTIALS_TOPIC],
  exits: SWITCH_EXITS,
  run: (given) =>
    switched(given, 'resumed: from the next run on tag, policy and switches decide', (by) => {
      const resumed = { at: new Date().toISOString(), by };
      return { ofDatabase: { resumed }, ofCell: switchText({ ...resumed, ...RESUMED }) };
    }),
};

type Switched = {
  readonly ofDatabase: Parameters<typeof writeSwitch>[1];
  readonly ofCell: string;
};

/** AWS is asked for the identity of the caller only when all that was given is right. */
async function switched(
  given: GivenScope,
  says: string,
  switchedBy: (identity: string) => Switched,
): Promise<ExitCode> {
  const { database, cell, all, cells, region } = given;
  if ([database, cell, all].filter((each) => each !== undefined).length !== 1)
    throw new InvalidArgumentError('Name one of a database, --cell and --all.');
  const texts = async () => switchedBy(await whoAmI(region));
  if (all) return await switchAllCells({ cells, region }, async () => (await texts()).ofCell, says);
  if (cell) {
    await writeOwnCellSwitch((await texts()).ofCell, region);
    print(`The cell is ${says}.`);
    return EXIT.done;
  }
  const view = await readCell({ ...(region !== undefined && { region }) });
  const { key, name } = theDatabase(view, database ?? '').seen.database;
  const { ofDatabase } = await texts();
  await writeSwitch({ server: key, table: FLEET_TABLES.memory, region: view.region }, ofDatabase);
  print(`${cleanName(name)} is ${says}.`);
  return EXIT.done;
}

export const fleetAccept: CommandSpec<GivenCell & { readonly database: string }> = {
  name: 'fleet accept',
  summary: 'End the first day of a new database early, in which it observes whatever its tag says.',
  arguments: [{ form: '<database>', about: 'its name, resource id or key' }],
  options: [REGION_OPTION],
  examples: ['headroom fleet accept orders-restored'],
  notes: `${CELL_NOTES} Restores and clones inherit tags, so that a new resource id observes for 24 hours. Accepting says that this one is meant.`,
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done (also if it was accepted before)', badInput: 'there is no such database' },
  run: async ({ database, ...given }) => {
    const view = await readCell(given);
    const { key, name, accepted } = theDatabase(view, database).seen.database;
    if (accepted !== null) {
      print(
        `${cleanName(name)} was accepted ${timeText(accepted.at)} by ${cleanName(accepted.by, 200)}. Nothing was changed.`,
      );
      return EXIT.done;
    }
    const text = JSON.stringify({ by: await whoAmI(view.region), at: new Date().toISOString() });
    const written = {
      table: FLEET_TABLES.registry,
      key,
      attribute: 'accepted',
      text,
      isThere: true,
    } as const;
    if (!(await writePeoplesText(written, view.region)))
      throw new RemediationError(
        'config-invalid',
        `${cleanName(name)} has left the registry meanwhile. Nothing was changed.`,
      );
    print(`${cleanName(name)} is accepted: from the next run on its tag decides.`);
    return EXIT.done;
  },
};
