import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { BUNDLES, HANDLER } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { REMEDIATE, recorded, SECRET } from '../doors/doors.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { gone, startIdleCrowd } from './idle-crowd.ts';
import { compare, comparisonTable, goal, number, ratiosOf } from './measure.ts';

const SESSIONS = 1_000;
const ROUNDS = 7;
/** The shortest idle time at which a policy may end a session is 10 s. */
const IDLE_MS = 10_500;
const APPLICATION = 'leak';
const PSQL = '/usr/bin/psql';
const ONE_LINER = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = '${APPLICATION}'`;
/** Enough slots are free only when all of these sessions have ended. */
const GREEDY = {
  mode: 'enforce',
  relieve: {
    when: { freeSlots: 1_090 },
    until: { freeSlots: 1_096 },
    ladder: [{ state: 'idle', minAge: '10s' }],
  },
  limits: { maxPercent: 100, maxVictims: SESSIONS, keepPerGroup: 0 },
};

/**
 * A whole run in a warm function, from its invocation until it has seen that the sessions are gone: secret, connect, lock,
 * snapshot, plan, guard, verification. For comparison a psql process that connects and sends the one-liner, until the
 * sessions are gone. Each has a server of its own with the same number of sessions.
 */
export async function benchRun([rounds = ROUNDS]: readonly number[] = []): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const [ours, theirs] = [await crowdedServer(stack), await crowdedServer(stack)];
  const lambda = await deployedOn(stack, ours.server, ours.role);
  const refill = async () => {
    await Promise.all([ours.open(), theirs.open()]);
    await sleep(IDLE_MS);
  };
  let open = { ours: false, theirs: false };
  const ready = async (who: keyof typeof open) => {
    if (!open[who]) {
      await refill();
      open = { ours: true, theirs: true };
    }
    open = { ...open, [who]: false };
  };
  const run = async () => {
    await ready('ours');
    const invokedAt = Date.now();
    const { response } = await lambda.invokeAsync(REMEDIATE, recorded('metric-alarm'));
    const { startedAt, timings, attempts } = unpackRecord(response);
    const ended = attempts.filter(({ result }) => result === 'terminated').length;
    if (ended !== SESSIONS) throw new Error(`The run ended ${ended} sessions`);
    return Date.parse(startedAt) + (timings.verified ?? Number.NaN) - invokedAt;
  };
  const psql = async () => {
    await ready('theirs');
    const startedAt = performance.now();
    await sendOneLiner(theirs.server, theirs.role);
    await gone(theirs.watcher, APPLICATION);
    return performance.now() - startedAt;
  };
  const name = existsSync(PSQL) ? 'psql' : 'the driver in place of psql';
  const measured = await compare(
    [
      { name: 'a whole run', run },
      { name, run: psql },
    ],
    rounds,
    1,
  );
  return [
    comparisonTable([{ what: `${number(SESSIONS)} sessions`, measured }], 'ms', 0),
    '',
    goal(`a whole run takes, beside ${name},`, 1.25, ratiosOf(measured)),
  ].join('\n');
}

async function crowdedServer(stack: AsyncDisposableStack) {
  const server = stack.use(
    await startServer({ version: 18, authentication: 'trust', settings: { max_connections: 1_100 } }),
  );
  const role = await createLeastPrivilegeRole(server);
  const crowd = stack.use(await startIdleCrowd(server, await createRole(server, 'app')));
  const watcher: Client = await server.connect();
  return { server, role, watcher, open: () => crowd.open(SESSIONS, APPLICATION) };
}

async function deployedOn(stack: AsyncDisposableStack, server: TestServer, role: Role) {
  const secret = JSON.stringify({ username: role.user, password: role.password });
  const aws = stack.use(await startLoopbackAws({ secrets: { [SECRET]: { SecretString: secret } } }));
  const environment = {
    ...aws.environment,
    [REMEDIATE_ENV.server]: 'orders',
    [REMEDIATE_ENV.database]: 'postgres',
    [REMEDIATE_ENV.host]: server.host,
    [REMEDIATE_ENV.port]: String(server.port),
    [REMEDIATE_ENV.secret]: SECRET,
    [REMEDIATE_ENV.policy]: JSON.stringify(GREEDY),
    [REMEDIATE_ENV.tls]: 'off',
  };
  const definition = { bundle: BUNDLES.remediate, handler: HANDLER, timeoutSeconds: 60, environment };
  return stack.use(startLoopbackLambda({ functions: { [REMEDIATE]: definition } }));
}

/** Sends the same as psql, for machines without psql. */
async function sendOneLiner(server: TestServer, { user, password }: Role): Promise<void> {
  if (existsSync(PSQL)) {
    const where = ['-h', server.host, '-p', String(server.port), '-U', user, '-d', 'postgres'];
    const env = { PGPASSWORD: password, PATH: process.env.PATH };
    await promisify(execFile)(PSQL, ['-X', '-q', '-o', '/dev/null', ...where, '-c', ONE_LINER], { env });
    return;
  }
  const client = await server.connect({ user, password });
  await client.query(ONE_LINER);
  await client.end();
}
