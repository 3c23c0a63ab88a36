import type { Client } from 'pg';
import { WINDOW } from '../../functions/workflow/terminate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openDatabase } from '../support/targets.ts';
import { gone, type IdleCrowd, startIdleCrowd } from './idle-crowd.ts';
import { type Compared, compare, comparisonTable, goal, number, ratiosOf } from './measure.ts';

const SIZES = [100, 500, 1_000, 1_900];
/** Opening sessions takes most of the time. */
const ROUNDS = (size: number) => (size <= 500 ? 9 : 5);

const ONE_LINER = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = $1`;
const LOOK = `SELECT pid FROM pg_stat_activity WHERE state = 'idle' AND application_name = $1`;

type Stage = {
  readonly server: TestServer;
  readonly crowd: IdleCrowd;
  readonly ours: Role;
  /** Ends sessions as people do. */
  readonly client: Client;
  /** Sees when they are gone. */
  readonly watcher: Client;
};

/**
 * Ending idle sessions until the server shows none of them: the product's session, guard and windows, beside one statement
 * for all, and beside a script that selects them and ends one after the other. The guard is told whom to end, as a plan does.
 */
export async function benchTerminate([only, rounds]: readonly number[] = []): Promise<string> {
  await using server = await startServer({
    version: 18,
    authentication: 'trust',
    settings: { max_connections: 2_000 },
  });
  const ours = await createLeastPrivilegeRole(server);
  await using crowd = await startIdleCrowd(server, await createRole(server, 'app'));
  const [client, watcher] = [await server.connect(ours), await server.connect()];
  const stage = { server, crowd, ours, client, watcher };
  const rows: Compared[] = [];
  for (const size of only === undefined ? SIZES : [only]) {
    const measured = await compare(sidesOf(stage, size), rounds ?? ROUNDS(size), 1);
    rows.push({ what: `${number(size)} sessions`, measured });
  }
  const toOneLiner = rows.map(({ measured }) => ratiosOf(measured)[0] ?? Number.NaN);
  return [
    comparisonTable(rows, 'ms'),
    '',
    goal('the guard takes, beside the one-liner,', 1.1, toOneLiner),
  ].join('\n');
}

function sidesOf({ server, crowd, ours, client, watcher }: Stage, size: number) {
  const timed = (name: string, prepare: (application: string) => Promise<() => Promise<unknown>>) => ({
    name,
    run: async (round: number) => {
      const application = `${name} ${size} ${round}`;
      await crowd.open(size, application);
      const end = await prepare(application);
      const startedAt = performance.now();
      await end();
      await gone(watcher, application);
      return performance.now() - startedAt;
    },
  });
  return [
    timed('guard', async (application) => {
      const database = await openDatabase(server, ours);
      const { sessions } = await database.readSnapshot();
      const victims = sessions.filter((session) => session.application === application);
      return async () => {
        for (let from = 0; from < victims.length; from += WINDOW)
          await database.terminate(victims.slice(from, from + WINDOW));
        void database.close();
      };
    }),
    timed('one-liner', async (application) => () => client.query(ONE_LINER, [application])),
    timed('select and loop', async (application) => async () => {
      const { rows } = await client.query<{ pid: number }>(LOOK, [application]);
      for (const { pid } of rows) await client.query('SELECT pg_terminate_backend($1)', [pid]);
    }),
  ];
}
