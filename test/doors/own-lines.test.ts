import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPORT_ENV, SUBSCRIPTION_CONCURRENCY } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { Invocation } from '../support/lambda-invocation.ts';
import { startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openDoors, REMEDIATE, recorded } from './doors.ts';
import { eventOf, LOGGING_LIKE_RDS, POLICY, refusalLines } from './refused-clients.ts';

/** The bundle as it is deployed, and a full server whose log names nobody. */

/** Of a line that begins with `%m`. */
const timeOf = (line: string) => Date.parse(line.replace(/^(\S+) (\S+) .*$/s, '$1T$2Z'));
const eventAt = (lines: readonly string[]) => eventOf(lines, Math.max(...lines.map(timeOf)));
const MINUTE = 60_000;

let server: TestServer;
let headroom: Role;

beforeAll(async () => {
  const { settings } = LOGGING_LIKE_RDS;
  server = await startServer({
    version: 15,
    settings: {
      max_connections: settings.max_connections,
      superuser_reserved_connections: settings.superuser_reserved_connections,
      log_line_prefix: '%m [%p] ',
    },
  });
  const app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
  await fillUntilRefused(server, { role: app, application: 'billing' });
});
afterAll(() => server.stop());

const linesSince = (time: number) => refusalLines(server).filter((line) => timeOf(line) >= time);

test('lines of a run that could not get in start no other run of the same function, and one line more does', async () => {
  await using stack = new AsyncDisposableStack();
  const { lambda } = await openDoors(stack, {
    server,
    role: headroom,
    environment: { HEADROOM_POLICY: JSON.stringify(POLICY) },
    timeoutSeconds: 12,
  });
  const first = await lambda.invokeAsync(REMEDIATE, recorded('metric-alarm'));
  const { outcome, connecting, startedAt } = unpackRecord(first.response);
  expect(outcome).toBe('cannot-connect');

  const ours = linesSince(Date.parse(startedAt));
  expect(ours.length).toBeGreaterThan(20);
  const second = await lambda.invokeAsync(REMEDIATE, eventAt(ours));
  expect(unpackRecord(second.response)).toMatchObject({
    outcome: 'muted',
    why: `All refusals in the lines (${ours.length}) are of our own tries to get in.`,
    connecting: { attempts: 0 },
  });

  const [line = ''] = ours;
  const more = Array.from({ length: connecting.attempts + 1 }, () => line);
  const third = await lambda.invokeAsync(REMEDIATE, eventAt(more));
  expect(unpackRecord(third.response)).toMatchObject({
    outcome: 'cannot-connect',
    trigger: { refused: [{ count: 1 }], tries: connecting.attempts },
  });
});

test('lines that the subscription delivers while their run still tries start none, in whatever instance they arrive', async () => {
  await using stack = new AsyncDisposableStack();
  const dynamodb = stack.use(await startLoopbackDynamoDb());
  const { lambda, aws } = await openDoors(stack, {
    server,
    role: headroom,
    environment: {
      ...dynamodb.environment,
      HEADROOM_POLICY: JSON.stringify(POLICY),
      [REMEDIATE_ENV.table]: TABLE,
    },
    reportEnvironment: { ...dynamodb.environment, [REPORT_ENV.table]: TABLE },
    timeoutSeconds: 20,
    reservedConcurrency: SUBSCRIPTION_CONCURRENCY,
  });
  // The line of another client starts the run: it is dated before the run.
  const [refused = ''] = refusalLines(server).slice(-1);
  const began = Date.now();
  const first = lambda.invokeAsync(REMEDIATE, eventOf([refused], began - 2 * MINUTE));
  const meanwhile: Promise<Invocation>[] = [];
  for (const count of [1, 10, 20]) {
    await waitUntil(async () => linesSince(began).length >= count, { what: `${count} tries were refused` });
    meanwhile.push(lambda.invokeAsync(REMEDIATE, eventAt(linesSince(began))));
  }
  expect(unpackRecord((await first).response)).toMatchObject({
    outcome: 'cannot-connect',
    trigger: { refused: [{ count: 1 }] },
  });
  const [told, tried] = [aws.published.length, linesSince(began).length];
  expect(told).toBe(1);

  const inSameInstance = await Promise.all(meanwhile);
  lambda.replaceIdle(REMEDIATE);
  const inAnother = await lambda.invokeAsync(REMEDIATE, eventAt(linesSince(began)));
  for (const { response } of [...inSameInstance, inAnother])
    expect(unpackRecord(response)).toMatchObject({
      outcome: 'muted',
      why: expect.stringContaining('are of our own tries to get in'),
      connecting: { attempts: 0 },
      trigger: { refused: [] },
    });
  expect({ told: aws.published.length, tried: linesSince(began).length }).toEqual({ told, tried });
});
