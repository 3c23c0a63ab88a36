import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readPooler } from '../../functions/postgres/pooler/read-pooler.ts';
import { enterServer } from '../support/enter-server.ts';
import { describeWith } from '../support/installed.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';

/** The driver would take settings of our session from the environment. */

let server: TestServer;
let headroom: Role;

beforeAll(async () => {
  server = await startServer({ version: 16 });
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());
afterEach(() => vi.unstubAllEnvs());

test('PGOPTIONS and PGREPLICATION change nothing in our session', async () => {
  vi.stubEnv('PGOPTIONS', '-c work_mem=64 -c nonsense=1');
  vi.stubEnv('PGREPLICATION', 'database');
  const session = await enterServer(server, headroom);
  const { rows } = await session.client.query("SELECT pg_catalog.current_setting('work_mem') AS value");
  await session.close();
  expect(rows).toEqual([{ value: '4MB' }]);
});

describeWith('pgbouncer', 'pgbouncer', 'PgBouncer', () => {
  test('its console, which refuses all options, is read although PGOPTIONS is set', async () => {
    vi.stubEnv('PGOPTIONS', '-c work_mem=64');
    await using pooler = await startPgBouncer(server, {
      mode: 'session',
      roles: [headroom],
      statsUsers: ['headroom'],
    });
    const { host, port } = pooler;
    const state = await readPooler(
      { kind: 'pgbouncer', target: { host, port, tls: { mode: 'off' } } },
      Promise.resolve(headroom),
    );
    expect(state.problem).toBeNull();
  });
});
