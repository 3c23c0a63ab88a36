import { setTimeout as sleep } from 'node:timers/promises';
import { RESERVED_SLOTS } from '../../functions/core/doctor/role-sql.ts';
import {
  ALL_VERSIONS,
  type Role,
  startServer,
  type TestServer,
  type Version,
} from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { goal, markdownTable, quantile } from './measure.ts';
import { startStorm } from './storm-process.ts';
import {
  CONNECT_MS,
  connectLoop,
  inFlight,
  retryEachSecond,
  singleConnect,
  type Tried,
  type Way,
} from './storm-ways.ts';

const STORMED: readonly Version[] = [14, 16, 17, 18];
/** Rounds of the connect loop. The other ways, for comparison, are tried in every twentieth round. */
const ROUNDS = 40;
const STORM = { clients: 200, backoffMs: 100 };
const SLOTS = 100;
const SUPERUSER_RESERVED = 3;
/** Time until the storm is steady. */
const RISING_MS = 2_000;
/** Pause between two tries, in which the connection of the last try leaves the server. */
const PAUSE_MS = [100, 200] as const;

/** A way that takes long is not tried in every round. */
type Side = { readonly name: string; readonly way: Way; readonly role: Role; readonly everyRounds: number };

/**
 * The time to connect to a full server while a storm of clients does the same: the connect loop, and ways with fewer and
 * more connects in flight. The storm, the server and we share this machine. `storm 18 5` is PostgreSQL 18 alone, in 5
 * rounds.
 */
export async function benchStorm([only, rounds = ROUNDS]: readonly number[]): Promise<string> {
  const versions = only === undefined ? STORMED : ALL_VERSIONS.filter((version) => version === only);
  if (versions.length === 0)
    throw new Error(`No PostgreSQL ${only} here: there are ${ALL_VERSIONS.join(', ')}`);
  const sections: string[] = [];
  for (const version of versions) sections.push(await benchVersion(version, rounds));
  return sections.join('\n\n');
}

async function benchVersion(version: Version, rounds: number): Promise<string> {
  const reserve = version >= 16 ? { reserved_connections: RESERVED_SLOTS } : {};
  await using server = await startServer({
    version,
    settings: {
      max_connections: SLOTS,
      superuser_reserved_connections: SUPERUSER_RESERVED,
      ...reserve,
    },
  });
  const sides = await sidesOn(server);
  const storming = await createRole(server, 'storming');
  const nobody = await createRole(server, 'nobody', 'CONNECTION LIMIT 0');
  const { sessions } = await fillUntilRefused(server, { role: await createRole(server, 'leaking') });
  await using storm = await startStorm(server, storming, STORM);
  await sleep(RISING_MS);
  const before = await storm.hits();
  const startedAt = performance.now();
  const results = await tryInTurn(server, sides, rounds);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await storm.hits();
  if (after.in > 0) throw new Error(`The server was not full: ${after.in} clients of the storm got in`);
  const perSecond = Math.round((after.refused - before.refused) / seconds);
  const loop = results[0]?.tried ?? [];
  const later = (ms: number) => loop.filter(({ tookMs }) => (tookMs ?? Number.POSITIVE_INFINITY) > ms).length;
  const lines = await linesOf(server, nobody);
  return [
    `PostgreSQL ${version}, ${SLOTS} slots, ${sessions.length} of them leaked; ${STORM.clients} clients refused ${perSecond} times a second:`,
    '',
    markdownTable([TITLES, ...results.map(rowOf)]),
    '',
    goal(
      `of ${rounds} storms on ${version}, those in which the loop was not in after 5 s are`,
      Math.floor(rounds / 20),
      [later(5_000)],
      STORMS,
    ),
    '',
    goal(
      `of ${rounds} storms on ${version}, those in which it was not in after 10 s are`,
      0,
      [later(10_000)],
      STORMS,
    ),
    '',
    goal(
      `on ${version}, the lines in the server's log of a run that gets in nowhere are`,
      160,
      [lines],
      LINES,
    ),
  ].join('\n');
}

const STORMS = { unit: 'storms', digits: 0 } as const;
const LINES = { unit: 'lines', digits: 0 } as const;

/** The lines in the server's log of one run that cannot connect with this role. */
async function linesOf(server: TestServer, role: Role): Promise<number> {
  const { tookMs } = await connectLoop(server, role);
  if (tookMs !== null) throw new Error('It got in, whom its role does not let in');
  return server
    .log()
    .split('\n')
    .filter((line) => line.includes(` ${role.user}@`)).length;
}

async function sidesOn(server: TestServer): Promise<readonly Side[]> {
  const ordinary = await createLeastPrivilegeRole(server);
  const superuser = await createRole(server, 'superuser', 'SUPERUSER');
  const hasReserve = server.version >= 16;
  const role = hasReserve ? ordinary : superuser;
  return [
    {
      name: `connect loop, ${hasReserve ? 'reserved_connections' : 'as superuser'}`,
      way: connectLoop,
      role,
      everyRounds: 1,
    },
    { name: 'one in flight', way: inFlight(1), role, everyRounds: 20 },
    { name: 'eight in flight', way: inFlight(8), role, everyRounds: 20 },
    { name: 'one connect each second', way: retryEachSecond, role, everyRounds: 40 },
    { name: 'a single connect', way: singleConnect, role, everyRounds: 20 },
    // Nothing is reserved for this role: it shows that the others do not connect only because a slot happened to be free.
    ...(hasReserve
      ? []
      : [{ name: 'connect loop, no superuser', way: connectLoop, role: ordinary, everyRounds: 40 }]),
  ];
}

/** In turn, so that other load on the machine affects all alike. */
async function tryInTurn(server: TestServer, sides: readonly Side[], rounds: number) {
  const results = sides.map(({ name }) => ({ name, tried: [] as Tried[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { way, role, everyRounds }] of sides.entries()) {
      if (round % everyRounds !== 0) continue;
      results[index]?.tried.push(await way(server, role));
      await sleep(PAUSE_MS[0] + Math.random() * (PAUSE_MS[1] - PAUSE_MS[0]));
    }
  }
  return results;
}

/** The distribution of the time to connect; `tries` is the median. */
const TITLES = ['', 'in', 'within 5 s', 'a tenth within', 'half', 'nine tenths', 'longest', 'tries'];

function rowOf({ name, tried }: { readonly name: string; readonly tried: readonly Tried[] }) {
  const times = tried.map(({ tookMs }) => tookMs ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);
  const within = (ms: number) => `${times.filter((time) => time <= ms).length} of ${times.length}`;
  const tries = tried.map((each) => each.tries).toSorted((a, b) => a - b);
  return [
    name,
    within(CONNECT_MS),
    within(5_000),
    ...[0.1, 0.5, 0.9, 1].map((share) => secondsText(quantile(times, share))),
    String(quantile(tries, 0.5)),
  ];
}

function secondsText(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1_000).toFixed(2)} s` : 'not in';
}
