import { afterAll, beforeAll, expect, test } from 'vitest';
import { remediate } from '../../functions/remediate/remediate.ts';
import { emulateGauss, type GaussKind, pidOn } from '../support/gauss-shim.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectAlive } from '../support/server-state.ts';
import { openIdle, openMany, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

const LEAKED = 170;
/** A first window of 32, and one of 128. */
const NEED = 160;
const WOKEN = 3;
/** Less than three are free, so that a run acts. */
const FREE = 2;

let server: TestServer;
let app: Role;
let headroom: Role;

beforeAll(async () => {
  server = await startServer({ version: 18, settings: { max_connections: LEAKED + FREE + 3 } });
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());

/** GaussDB has a statement for each victim, and those of a window are sent without waiting for answers. */
test.each<GaussKind>(['openGauss', 'thread-pool'])(
  '%s: 128 statements that are sent together end a session each, and none that woke up meanwhile',
  async (kind) => {
    const place = await emulateGauss(server, kind, 'none');
    const leaked = await openMany(LEAKED, () => openIdle(server, { role: app, application: 'billing' }));
    const windows: number[] = [];
    let woken: readonly TestSession[] = [];
    const ports = withDatabase(briskPorts(place, headroom), (database) => ({
      ...database,
      terminate: async (victims) => {
        windows.push(victims.length);
        if (windows.length === 2) {
          const some = new Set([victims[0], victims[60], victims.at(-1)].map((victim) => victim?.pid));
          woken = leaked.filter(({ pid }) => some.has(pidOn(kind, pid)));
          await Promise.all(woken.map(({ client }) => client.query('BEGIN')));
          await waitUntil(async () => (await inTransaction()) === WOKEN, {
            what: 'the server showed them busy',
          });
        }
        return await database.terminate(victims);
      },
    }));
    const free = FREE + NEED;
    const record = await remediate(aRequest({ policy: eagerPolicy('enforce', { freeSlots: free }) }), ports);

    expect(windows.slice(0, 2)).toEqual([32, 128]);
    expect(resultsOf(record)).toEqual({ terminated: NEED, changed: WOKEN });
    expect(record.outcome).toBe('recovered');
    await expectAlive(server, woken);
    await endAllSessions(server);
  },
);

async function inTransaction(): Promise<number> {
  const rows = await server.query("SELECT FROM pg_stat_activity WHERE state = 'idle in transaction'");
  return rows.length;
}
