import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf, withDatabase } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { inMs } from '../support/targets.ts';

const NEED = 40;
const SETTINGS = { max_connections: 70, superuser_reserved_connections: 3, reserved_connections: 3 };

describe('a server that is lost while the run settles', () => {
  let server: TestServer;
  let app: Role;
  let headroom: Role;
  beforeAll(async () => {
    server = await startServer({ version: 18, settings: SETTINGS });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  const run = async (ports: RemediatePorts, deadlineMs = 30_000): Promise<RunRecord> => {
    await fillUntilRefused(server, { role: app, application: 'billing' });
    const policy = eagerPolicy('enforce', { freeSlots: NEED });
    return remediate(aRequest({ policy, deadline: inMs(deadlineMs) }), ports);
  };
  /** Something that happens once, after the verification. */
  const whileSettling = (happens: () => Promise<unknown>) =>
    briskPorts(
      server,
      headroom,
      vi.fn<() => Promise<unknown>>(async () => {}).mockImplementationOnce(happens),
    );
  const expectVerified = (record: RunRecord) => {
    expect(record.outcome).toBe('recovered');
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(record.readings.map(({ phase }) => phase)).toEqual(['verified']);
    expect(record.problem?.message).toContain('Settling was not seen');
    const { subject, text: mail } = renderIncident(record);
    const text = fullTextOf(record);
    expect(subject).toMatch(/recovered.*40 idle sessions ended$/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('Not checked for re-taken slots.');
    expect(mail).toContain('The run stopped before it could see which programs took the freed slots.');
    expect(`${subject} ${mail} ${text}`).not.toMatch(/result not known|What came of it is not known/);
  };

  test('and refuses us afterwards leaves what was verified', async () => {
    const ports = whileSettling(async () => {
      await server.query('ALTER ROLE headroom NOLOGIN');
      await server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg-headroom'",
      );
    });
    const record = await run(ports);
    await server.query('ALTER ROLE headroom LOGIN');
    expectVerified(record);
    expect(record.problem).toMatchObject({ code: 'connection-lost' });
    expect(record.problem?.message).not.toContain('restarted');
  });

  test('because it restarts leaves what was verified, and the restart is said', async () => {
    const record = await run(whileSettling(() => server.restart()));
    expectVerified(record);
    expect(record.problem?.message).toContain('restarted or failed over');
  });

  test('because an answer never comes leaves what was verified', async () => {
    let isSettling = false;
    const lent = whileSettling(async () => {
      isSettling = true;
    });
    const hanging = withDatabase(lent, (database) => ({
      ...database,
      readSnapshot: () => (isSettling ? new Promise<never>(() => {}) : database.readSnapshot()),
    }));
    const record = await run(hanging, 10_000);
    expectVerified(record);
    expect(record.problem).toMatchObject({ code: 'deadline-near' });
  });
});
