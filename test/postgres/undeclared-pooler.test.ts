import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { aPolicy, HOUR } from '../support/builders.ts';
import { describeWith } from '../support/installed.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { connectThrough } from '../support/pooler-clients.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { ALARM, recordOf } from '../support/records.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openDatabase } from '../support/targets.ts';

const POOL_SIZE = 8;
const SERVICES = ['checkout', 'billing', 'stock'];
const POLICY = aPolicy();

/** As it looks when nobody has come for an hour. */
function anHourLater(snapshot: Snapshot): Snapshot {
  const sessions = snapshot.sessions.map((session) => ({
    ...session,
    stateAgeMs: session.stateAgeMs === null ? null : session.stateAgeMs + HOUR,
    queryAgeMs: session.queryAgeMs === null ? null : session.queryAgeMs + HOUR,
  }));
  return { ...snapshot, sessions };
}

describeWith('pgbouncer', 'pgbouncer', 'PgBouncer in transaction mode that is not declared', () => {
  let server: TestServer;
  let roles: readonly Role[];
  let headroom: Role;

  beforeAll(async () => {
    server = await startServer({ version: 16, settings: { max_connections: 30 } });
    roles = await Promise.all(['orders', 'shop', 'reports'].map((name) => createRole(server, name)));
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());

  test('is suspected by its sessions, and the message says so and how to declare it', async () => {
    const settings = { default_pool_size: POOL_SIZE };
    await using pooler = await startPgBouncer(server, { mode: 'transaction', roles, settings });
    const entering = roles.flatMap((role) =>
      Array.from({ length: POOL_SIZE }, (_, at) =>
        connectThrough(pooler, { role, application: SERVICES[at % SERVICES.length] ?? '' }),
      ),
    );
    const clients: readonly Client[] = await Promise.all(entering);
    await Promise.all(clients.map((client) => client.query('BEGIN')));
    await Promise.all(clients.map((client) => client.query('COMMIT')));
    const database = await openDatabase(server, headroom);
    const snapshot = anHourLater(await database.readSnapshot());
    await Promise.all([database.close(), ...clients.map((client) => client.end())]);

    const plan = planRemediation(snapshot, POLICY, 'alarm');
    const record = recordOf('partial', { snapshot, policy: POLICY, plan, trigger: ALARM });
    expect(diagnose(record)).toMatchObject({ cause: 'pooler-oversized', confidence: 'medium' });
    const flat = fullTextOf(record).replaceAll(/\s+/g, ' ');
    expect(flat).toContain("24 sessions that look like one pooler's, 24 idle");
    expect(flat).toContain('One login has 3 application names.');
    expect(flat).toContain('3 pairs of user and database have 8 sessions each.');
    expect(flat).toContain('We only suspect a pooler, so its sessions are not protected.');
    expect(plan.spared.filter(({ detail }) => detail?.includes('PgBouncer'))).toEqual([]);
  });
});
