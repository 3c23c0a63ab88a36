import { expect, test } from 'vitest';
import { startServer } from '../support/postgres-server.ts';
import { dialUpstream, listenOnLoopback } from '../support/proxy.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { openIdle } from '../support/sessions.ts';
import { runHeadroom } from './run-headroom.ts';

test('headroom doctor tries at most 10 times to get into a server that refuses it, and more than once', async () => {
  await using server = await startServer({ version: 18 });
  const headroom = await createLeastPrivilegeRole(server);
  await server.query('ALTER ROLE headroom CONNECTION LIMIT 1');
  await openIdle(server, { role: headroom });
  let tries = 0;
  await using counting = await listenOnLoopback((client) => {
    tries += 1;
    const upstream = dialUpstream(server);
    client.pipe(upstream).pipe(client);
    upstream.once('close', () => client.destroy());
  });
  const url = `postgres://headroom@${counting.host}:${counting.port}/postgres?sslmode=disable`;
  const environment = { PGPASSWORD: headroom.password };
  const { code, stderr } = await runHeadroom(['doctor', '--url', url], { environment });
  expect([code, stderr]).toEqual([3, expect.stringContaining("our own role's CONNECTION LIMIT is reached")]);
  expect(tries).toBeGreaterThan(1);
  expect(tries).toBeLessThanOrEqual(10);
});
