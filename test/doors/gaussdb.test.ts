import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { emulateGauss, pidOn } from '../support/gauss-shim.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import type { Place } from '../support/targets.ts';
import { openDoors, REMEDIATE } from './doors.ts';
import { eventOf, waitUntilOld } from './refused-clients.ts';

/** Log lines of GaussDB(DWS) through both bundles, on a real PostgreSQL that looks like GaussDB with a thread pool in one database. */

let server: TestServer;
let headroom: Role;
let place: Place;
let app: Role;

beforeAll(async () => {
  server = await startServer({ version: 18, settings: { max_connections: 20 } });
  headroom = await createLeastPrivilegeRole(server);
  place = await emulateGauss(server, 'thread-pool', 'readable');
  app = await createRole(server, 'app');
});
afterAll(() => server.stop());

const POLICY = {
  mode: 'enforce',
  relieve: {
    when: { usedPercent: 80 },
    until: { usedPercent: 50 },
    ladder: [{ state: 'idle', minAge: '10s' }],
  },
  limits: { maxPercent: 100 },
};
const LINE =
  '2026-11-21 03:15:20.123 6920a1b8.10042 orders 140697304617088 [unknown] 0 cn_5001 53300  0 [BACKEND] FATAL:  Already too many clients, active/non-active/reserved: 1/15/3';

test('a refusal on GaussDB becomes freed slots and a message', async () => {
  await using stack = new AsyncDisposableStack();
  const environment = { HEADROOM_POLICY: JSON.stringify(POLICY), HEADROOM_DATABASE: place.database ?? '' };
  const { lambda, aws } = await openDoors(stack, { server, role: headroom, environment });
  const sessions = await openMany(15, () =>
    openIdle(server, { role: app, application: 'billing', statement: 'SELECT 1' }),
  );
  await waitUntilOld(server, app);
  const { response } = await lambda.invokeAsync(REMEDIATE, eventOf([LINE]));

  const record = unpackRecord(response);
  const { outcome, snapshot, attempts, plan } = record;
  expect(outcome).toBe('recovered');
  expect(snapshot?.server).toMatchObject({ flavor: 'gaussdb', version: 'GaussDB Kernel 505.2.0' });
  // 15 of 17 are in use, 8 may stay.
  expect(plan?.pressure).toMatchObject([{ usable: 17, used: 15, need: 7 }]);
  const ended = sessions.filter(({ pid }) => attempts.some((each) => each.pid === pidOn('thread-pool', pid)));
  expect(await Promise.all(ended.map((session) => session.ended))).toEqual(Array(7).fill('57P01'));
  const [published] = aws.published;
  expect(published?.subject).toContain('7 idle sessions ended');
  expect(published?.message).toContain(
    'orders has room again: 8 of 17 slots used, 15 before. Clients were refused 1 time',
  );
  const flat = fullTextOf(record).replaceAll(/\s+/g, ' ');
  expect(flat).toContain('the server counted 15 of 19 non-active, active 1, reserved 3');
  expect(flat).toContain('cn_5002 12 sessions, 9 idle');
  await expectNothingLeft(server);
});
