import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { STATEMENT_CHOICES } from '../../functions/core/server/statement-choice.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, brisk, eagerPolicy } from '../support/runs.ts';
import { endAllSessions, expectAlive } from '../support/server-state.ts';
import { fillUntilRefused, openIdle, openListener } from '../support/sessions.ts';
import { targetOf } from '../support/targets.ts';

/** What a real server's sessions ran last, in what leaves `remediate`. */

const SECRET = 'hunter2';
const STATEMENT = `SELECT '${SECRET}' AS greeting`;
const BACKUP = `SELECT pg_backup_start('${SECRET}', true)`;
const TOLD = { off: null, shape: 'SELECT ? AS greeting', full: STATEMENT } as const;

let server: TestServer;
let app: Role;
let headroom: Role;

beforeAll(async () => {
  server = await startServer({ version: 18, settings: { max_connections: 20, reserved_connections: 3 } });
  app = await createRole(server, 'app');
  await server.query('GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());

describe.each(STATEMENT_CHOICES)('with statements %s', (statements) => {
  test('the result of a run has them so, and a session that listens or runs a backup is spared', async () => {
    const notifier = await openListener(server, { role: app, application: 'notifier' });
    const speaker = await openIdle(server, { role: app, application: 'speaker' });
    await speaker.client.query(STATEMENT);
    const backup = await openIdle(server, { role: app, application: 'psql', statement: BACKUP });
    await fillUntilRefused(server, { role: app, application: 'billing' });
    const ports = serverPorts(
      targetOf(server, { statements }),
      async () => headroom,
      () => {},
    );
    const policy = eagerPolicy('enforce', { freeSlots: 5 });
    const record = await remediate(aRequest({ policy }), brisk(ports));

    const rowOf = (pid: number) => record.snapshot?.sessions.find((session) => session.pid === pid);
    expect(rowOf(speaker.pid)?.lastStatement).toBe(TOLD[statements]);
    const detailOf = (pid: number) => record.plan?.spared.find(({ session }) => session.pid === pid)?.detail;
    expect(detailOf(notifier.pid)).toBe('listens for notifications');
    expect(detailOf(backup.pid)).toBe('runs a backup');
    await expectAlive(server, [notifier, backup]);
    const { packed } = packRecord(record);
    const left = gunzipSync(Buffer.from(packed, 'base64')).toString();
    expect(left.includes(SECRET)).toBe(statements === 'full');
    expect(left.includes('greeting')).toBe(statements !== 'off');
    await endAllSessions(server);
  });
});
