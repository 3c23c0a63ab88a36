import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Certificates, selfSignedCertificates } from './certificates.ts';
import { type Role, startServer, type TestServer, VERSIONS } from './postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from './roles.ts';
import {
  fillUntilRefused,
  openAborted,
  openActive,
  openHolderOfAdvisoryLock,
  openIdle,
  openIdleInTransaction,
  openListener,
  openMany,
} from './sessions.ts';
import { waitUntil } from './wait-until.ts';

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let certificates: Certificates;
  let server: TestServer;
  let app: Role;
  let headroom: Role;

  beforeAll(async () => {
    certificates = await selfSignedCertificates();
    const settings = {
      max_connections: 14,
      superuser_reserved_connections: 2,
      ...(version >= 16 && { reserved_connections: 2 }),
    };
    server = await startServer({ version, settings, tls: certificates.server });
    app = await createRole(server, 'app');
    headroom = await createLeastPrivilegeRole(server);
  });
  afterAll(() => server.stop());

  test('is the version asked for, on loopback, and leaves no session of ours behind', async () => {
    const [row] = await server.query<{ version: number; clients: number }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version,
              (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS clients`,
    );
    expect(row).toEqual({ version, clients: 1 });
    expect(server.port).toBeGreaterThanOrEqual(20_000);
    expect(server.port).toBeLessThan(30_000);
  });

  test('asks for a password, by SCRAM, over TCP and over its Unix socket', async () => {
    const wrong = { user: 'app', password: 'wrong' };
    await expect(server.connect(wrong)).rejects.toMatchObject({ code: '28P01' });
    await expect(server.connect(wrong, { host: server.folder })).rejects.toMatchObject({ code: '28P01' });
    const [row] = await server.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'app'");
    expect(row?.rolpassword).toMatch(/^SCRAM-SHA-256\$/);
    const client = await server.connect(app, { host: server.folder });
    const { rows } = await client.query('SELECT inet_client_addr() AS address');
    expect(rows).toEqual([{ address: null }]);
    await client.end();
  });

  test('refuses an ordinary role with 53300 when it is full, and lets the reserved ones in', async () => {
    const { sessions, refusal } = await fillUntilRefused(server, { role: app });
    const reserved = version >= 16 ? 4 : 2;
    expect(sessions).toHaveLength(14 - reserved);
    expect(refusal).toMatchObject({ code: '53300', routine: 'InitPostgres' });
    expect(server.log()).toMatch(/ 53300 app@postgres\/\[unknown\] FATAL: {2}remaining connection slots/);

    const ours = server.connect(headroom);
    if (version >= 16) await (await ours).end();
    else await expect(ours).rejects.toMatchObject({ code: '53300' });
    expect(await server.query('SELECT 1')).toHaveLength(1);

    await Promise.all(sessions.map((session) => session.close()));
    const again = await fillUntilRefused(server, { role: app });
    expect(again.sessions).toHaveLength(14 - reserved);
    await Promise.all(again.sessions.map((session) => session.close()));
  });

  test('shows the least-privilege role every state, and obeys when it terminates an idle session', async () => {
    const role = { role: app, application: 'shop' };
    const sessions = [
      await openIdle(server, role),
      await openIdleInTransaction(server, role),
      await openAborted(server, role),
      await openActive(server, role),
      await openListener(server, role),
      await openHolderOfAdvisoryLock(server, role),
    ];
    const client = await server.connect(headroom);
    const { rows } = await client.query(
      `SELECT state, query, EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND locktype = 'advisory') AS locked
       FROM pg_stat_activity a JOIN unnest($1::int[]) WITH ORDINALITY AS opened (pid, position) USING (pid)
       WHERE usename = 'app' AND application_name = 'shop' ORDER BY position`,
      [sessions.map(({ pid }) => pid)],
    );
    expect(rows).toEqual([
      { state: 'idle', query: '', locked: false },
      { state: 'idle in transaction', query: 'SELECT 1', locked: false },
      { state: 'idle in transaction (aborted)', query: 'SELECT 1/0', locked: false },
      { state: 'active', query: 'SELECT pg_sleep(3600)', locked: false },
      { state: 'idle', query: 'LISTEN news', locked: false },
      { state: 'idle', query: 'SELECT pg_advisory_lock(1)', locked: true },
    ]);

    const [idle, , , active, ...others] = sessions;
    for (const session of [idle, active]) {
      expect(session?.isOpen()).toBe(true);
      await client.query('SELECT pg_terminate_backend($1)', [session?.pid]);
      expect(await session?.ended).toBe('57P01');
      expect(session?.isOpen()).toBe(false);
    }
    expect(others.map((session) => session.isOpen())).toEqual([true, true]);
    await Promise.all([client.end(), ...sessions.map((session) => session.close())]);
    expect(await others[0]?.ended).toBeNull();
  });

  test('proves its name by TLS to clients that trust its authority, and to no others', async () => {
    const client = await server.connect(app, { ssl: { ca: certificates.ca } });
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true }]);
    await client.end();
    const stranger = await selfSignedCertificates();
    await expect(server.connect(app, { ssl: { ca: stranger.ca } })).rejects.toThrow(/certificate/);
    await expect(server.connect(app, { ssl: true })).rejects.toThrow(/certificate/);
  });

  test('restarts with what it holds, under another process and with no session from before', async () => {
    const { processId, port } = server;
    const session = await openIdle(server, { role: app });
    await server.restart();
    expect(await session.ended).toBe('57P01');
    expect(isAlive(processId)).toBe(false);
    expect(server.port).toBe(port);
    const client = await server.connect(app);
    await client.end();
  });

  test('leaves neither process nor folder when it is stopped, even with sessions at work', async () => {
    const { processId, folder } = server;
    const sessions = await openMany(5, (index) =>
      openActive(server, { role: app, application: `pod-${index}` }),
    );
    expect(isAlive(processId)).toBe(true);
    await Promise.all([server.stop(), server.stop()]);
    expect(isAlive(processId)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await Promise.all(sessions.map(({ ended }) => ended));
    expect(server.log()).toContain('received immediate shutdown request');
    await expect(server.connect(app)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a server', () => {
  test('with an expired or a misnamed certificate is refused by the client', async () => {
    const { ca, expired, wrongName } = await selfSignedCertificates();
    const failures = [
      { tls: expired, code: 'CERT_HAS_EXPIRED' },
      { tls: wrongName, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    ];
    for (const { tls, code } of failures) {
      await using server = await startServer({ version: 18, tls });
      await expect(server.connect(server.superuser, { ssl: { ca } })).rejects.toMatchObject({ code });
    }
  });

  test('takes another port when the first is taken', async () => {
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const address = occupied.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    // The port asked for first; it may lie outside of the range.
    const random = vi.spyOn(Math, 'random').mockReturnValueOnce((port - 20_000 + 0.5) / 10_000);
    await using server = await startServer({ version: 16, authentication: 'trust' });
    expect(random).toHaveBeenCalledTimes(2);
    random.mockRestore();
    expect(server.port).not.toBe(port);
    const client = await server.connect({ user: 'postgres', password: 'any' });
    await client.end();
    occupied.close();
  });

  test('that cannot start says why, and leaves no folder', async () => {
    const settings = { log_line_prefix: "it's \\ %e ", max_connections: 'many' };
    const failure = await startServer({ version: 18, settings }).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toContain('invalid value for parameter "max_connections": "many"');
  });

  test.each(['SIGKILL', 'SIGINT', 'exit'] as const)(
    'ends with the process that started it, by %s',
    async (how) => {
      const child = startElsewhere();
      const [line] = await once(createInterface(child.stdout ?? process.stdin), 'line');
      const { processId, folder } = JSON.parse(String(line));
      expect(isAlive(processId)).toBe(true);
      expect(existsSync(folder)).toBe(true);
      if (how === 'exit') child.stdin?.end();
      else child.kill(how);
      await waitUntil(() => !isAlive(processId), { what: 'the server was gone' });
      await waitUntil(() => !existsSync(folder), { what: 'the folder was gone' });
    },
  );
});

/** Another process that starts a server, prints which, and does not stop it. It ends when its standard input does. */
function startElsewhere(): ChildProcess {
  const script = `
    const { startServer } = await import(${JSON.stringify(new URL('./postgres-server.ts', import.meta.url))});
    const server = await startServer({ version: 18 });
    await server.connect();
    console.log(JSON.stringify({ processId: server.processId, folder: server.folder }));
    process.stdin.on('end', () => process.exit()).resume();`;
  return spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
