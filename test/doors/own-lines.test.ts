import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { openDoors, REMEDIATE, recorded } from './doors.ts';
import { eventOf, LOGGING_LIKE_RDS, POLICY, refusalLines } from './refused-clients.ts';

/** The bundle as it is deployed, warm, and a full server whose log names nobody. There is no memory. */

/** Of a line that begins with `%m`. */
const timeOf = (line: string) => Date.parse(line.replace(/^(\S+) (\S+) .*$/s, '$1T$2Z'));

let server: TestServer;
let app: Role;
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
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());

test('lines of a run that could not get in start no other run of the same function, and one line more does', async () => {
  await using stack = new AsyncDisposableStack();
  const { lambda } = await openDoors(stack, {
    server,
    role: headroom,
    environment: { HEADROOM_POLICY: JSON.stringify(POLICY) },
    timeoutSeconds: 12,
  });
  await fillUntilRefused(server, { role: app, application: 'billing' });
  const first = await lambda.invokeAsync(REMEDIATE, recorded('metric-alarm'));
  const { outcome, connecting, startedAt } = unpackRecord(first.response);
  expect(outcome).toBe('cannot-connect');

  const ours = refusalLines(server).filter((line) => timeOf(line) >= Date.parse(startedAt));
  expect(ours.length).toBeGreaterThan(20);
  const second = await lambda.invokeAsync(REMEDIATE, eventOf(ours));
  expect(unpackRecord(second.response)).toMatchObject({
    outcome: 'muted',
    why: `All refusals in the lines (${ours.length}) are of our own tries to get in.`,
    connecting: { attempts: 0 },
  });

  const [line = ''] = ours;
  const more = Array.from({ length: connecting.attempts + 1 }, () => line);
  const third = await lambda.invokeAsync(REMEDIATE, eventOf(more));
  expect(unpackRecord(third.response)).toMatchObject({
    outcome: 'cannot-connect',
    trigger: { refused: [{ count: 1 }], tries: connecting.attempts },
  });
});
