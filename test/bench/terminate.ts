import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { windowsOf } from '../../functions/core/run/windows-of.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openDatabase } from '../support/targets.ts';
import { gone, type IdleCrowd, startIdleCrowd } from './idle-crowd.ts';
import { type Compared, compare, comparisonTable, goal, number, ratiosOf } from './measure.ts';

const SIZES = [100, 500, 1_000, 1_900, 5_000];
const ROUNDS = 9;
/**
 * From this number of sessions on, victims share a check for at most a thousandth of the time for which they were at rest.
 */
const SHARING_FROM = 2_000;
/** The shortest idle time at which a policy may end a session. */
const REST_MS = 10_000;
/** Goals for the guard beside the one-liner. It may take longer where it checks more sessions for each victim. */
const GOALS = [
  { atMost: 1.1, what: 'to 1,000 sessions', holds: (size: number) => size <= 1_000 },
  { atMost: 1.2, what: 'from there to 1,900', holds: (size: number) => size > 1_000 && size <= 1_900 },
  { atMost: 1.25, what: 'from there to 5,000', holds: (size: number) => size > 1_900 },
] as const;

const ONE_LINER = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = $1`;
const LOOK = `SELECT pid FROM pg_stat_activity WHERE state = 'idle' AND application_name = $1`;

type Stage = {
  readonly server: TestServer;
  readonly crowd: IdleCrowd;
  readonly ours: Role;
  /** Sees when the sessions are gone. */
  readonly watcher: Client;
};

/**
 * Ending idle sessions until the server shows none of them: the product's session, guard and windows, beside one statement
 * for all, and beside a script that selects them and ends one after the other. The guard gets the list of sessions, as from
 * a plan.
 */
export async function benchTerminate([only, rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  const sizes = only === undefined ? SIZES : [only];
  const rows: (Compared & { readonly size: number })[] = [];
  for (const size of sizes) rows.push({ size, ...(await measure(size, rounds)) });
  const goals = GOALS.map(({ atMost, what, holds }) => {
    const ratios = rows
      .filter(({ size }) => holds(size))
      .map(({ measured }) => ratiosOf(measured)[0] ?? Number.NaN);
    return ratios.length === 0
      ? []
      : [goal(`${what} the guard takes, beside the one-liner,`, atMost, ratios)];
  });
  return [comparisonTable(rows, 'ms'), ...goals.flat()].join('\n\n');
}

/** On a server of its own, with slots for so many sessions and a few more. */
async function measure(size: number, rounds: number): Promise<Compared> {
  const settings = { max_connections: size + 100 };
  await using server = await startServer({ version: 18, authentication: 'trust', settings });
  const ours = await createLeastPrivilegeRole(server);
  await using crowd = await startIdleCrowd(server, await createRole(server, 'app'));
  const watcher = await server.connect();
  const measured = await compare(sidesOf({ server, crowd, ours, watcher }, size), rounds, 1);
  return { what: `${number(size)} sessions`, measured };
}

/** Each side has a session of its own, opened for it. */
function sidesOf({ server, crowd, ours, watcher }: Stage, size: number) {
  const timed = (name: string, prepare: (application: string) => Promise<Way>) => ({
    name,
    run: async (round: number) => {
      const application = `${name} ${size} ${round}`;
      await crowd.open(size, application);
      await sleep(round < 0 || size < SHARING_FROM ? 0 : REST_MS);
      const { end, close } = await prepare(application);
      const startedAt = performance.now();
      await end();
      await gone(watcher, application);
      const took = performance.now() - startedAt;
      await close();
      return took;
    },
  });
  return [
    timed('guard', async (application) => {
      const database = await openDatabase(server, ours);
      const { sessions } = await database.readSnapshot();
      const victims = sessions.filter((session) => session.application === application);
      const end = async () => {
        for (const window of windowsOf(victims, sessions.length)) await database.terminate(window);
      };
      return { end, close: database.close };
    }),
    timed('one-liner', async (application) => {
      const client = await server.connect(ours);
      return { end: () => client.query(ONE_LINER, [application]), close: () => client.end() };
    }),
    timed('select and loop', async (application) => {
      const client = await server.connect(ours);
      const end = async () => {
        const { rows } = await client.query<{ pid: number }>(LOOK, [application]);
        for (const { pid } of rows) await client.query('SELECT pg_terminate_backend($1)', [pid]);
      };
      return { end, close: () => client.end() };
    }),
  ];
}

type Way = { readonly end: () => Promise<unknown>; readonly close: () => Promise<void> };
