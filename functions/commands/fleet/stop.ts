import { writeOwnCellSwitch } from '../../aws/cell-switch.ts';
import { type LoginRole, loginStopCommand, stopLogins } from '../../aws/login-stop.ts';
import { coerceError, RemediationError } from '../../core/base/errors.ts';
import { RESUMED, switchText } from '../../core/fleet/cell-items.ts';
import type { SeenCell } from '../../core/fleet/seen-cell.ts';
import type { CommandSpec } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { print } from '../terminal.ts';
import { whoAmI } from '../who-am-i.ts';
import { CREDENTIALS_TOPIC } from '../with-memory.ts';
import { CELL_NOTES, type GivenCell, REGION_OPTION, readCell } from './read-cell.ts';

export const fleetStop: CommandSpec<GivenCell & { readonly undo?: true; readonly print?: true }> = {
  name: 'fleet stop',
  summary: 'Deny all logins of a cell at once, whatever its functions do.',
  options: [
    { flags: '--undo', about: 'allow them again' },
    { flags: '--print', about: 'only print the AWS CLI commands that do it' },
    REGION_OPTION,
  ],
  examples: ['headroom fleet stop', 'headroom fleet stop --undo', 'headroom fleet stop --print'],
  notes: `${CELL_NOTES} It attaches a policy that denies rds-db:connect to the login role of each network in the registry: iam:AttachRolePolicy for that one policy is in OperatorsPolicyArn. IAM takes some seconds. A session that is open already goes on for at most a minute. The cell's switch then says off and by whom, so that no run starts in vain. It stops observing too; "headroom fleet pause --cell" does not.`,
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done', remains: 'some roles were not reached' },
  run: async ({ undo, print: isPrinted, ...given }) => {
    const view = await readCell(given);
    const roles = loginRoles(view);
    const isStopped = !undo;
    if (isPrinted) {
      print(roles.map((role) => loginStopCommand(role, isStopped)).join('\n'));
      return EXIT.done;
    }
    const tried = await Promise.allSettled(roles.map((role) => stopLogins(role, isStopped)));
    const problems = tried.flatMap((each) =>
      each.status === 'rejected' ? [coerceError(each.reason).message] : [],
    );
    const done = roles.length - problems.length;
    print(`Logins of ${done} of ${roles.length} networks are ${isStopped ? 'denied' : 'allowed again'}.`);
    for (const problem of problems) print(`- ${problem}`);
    await noteStop(view, isStopped);
    return problems.length === 0 ? EXIT.done : EXIT.remains;
  },
};

const REASON = 'headroom fleet stop';

/**
 * Says in the switch of the cell who stopped it: else each run would be started, refused at its login and told as a failure. A
 * switch that is another person's stays at the undo.
 */
async function noteStop({ people, region }: SeenCell, isStopped: boolean): Promise<void> {
  if (!isStopped && people?.reason !== REASON) return;
  const author = { at: new Date().toISOString(), by: await whoAmI(region) };
  const to = isStopped ? ({ mode: 'off', reason: REASON, until: null } as const) : RESUMED;
  await writeOwnCellSwitch(switchText({ ...author, ...to }), region);
  if (isStopped && people?.mode === 'observe')
    print('The pause of the cell is replaced: after --undo pause it again.');
}

/** The networks by which the databases of the registry are reached. */
function loginRoles({ places, region }: SeenCell): readonly LoginRole[] {
  const functions = new Map(
    places.flatMap(({ seen: { database } }) =>
      database.network === null ? [] : [[database.network.vpc, database.network.function] as const],
    ),
  );
  if (functions.size === 0) {
    const message = `No database in the registry of ${region} is reached by a network, so there is no login to stop.`;
    throw new RemediationError('config-invalid', message);
  }
  return [...functions].map(([vpc, arn]) => {
    const [, partition = 'aws', , , account = ''] = arn.split(':');
    return { vpc, partition, account, region };
  });
}
