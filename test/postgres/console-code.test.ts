import { expect, test } from 'vitest';
import { describeWith } from '../support/installed.ts';
import { ourStatements } from '../support/our-statements.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { startPgPool } from '../support/pgpool.ts';
import { lookInto } from '../support/pooler-clients.ts';
import { startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { makeTwins, tracesIn } from '../support/twins.ts';

/**
 * A look into a pooler's console runs nobody's code on the server behind it: what the pooler asks there as our role meets
 * the twins of an ordinary role and the search path of the database's owner.
 */

const statements = await ourStatements();

/** `postgres` on 14, where everybody may create in `public`, with an owner who puts that schema first. */
async function startAttackedServer(): Promise<TestServer> {
  const server = await startServer({ version: 14 });
  const mallory = await createRole(server, 'mallory');
  const client = await server.connect(mallory);
  await makeTwins(client, statements);
  await client.end();
  await server.query('ALTER DATABASE postgres OWNER TO mallory');
  await server.query('ALTER DATABASE postgres SET search_path = public, pg_catalog');
  return server;
}

/** The attack works: a plain `version()` of the same role leaves a trace. */
async function expectTrap(server: TestServer, role: Parameters<TestServer['connect']>[0]): Promise<void> {
  const before = tracesIn(server.log()).length;
  const client = await server.connect(role);
  await client.query('SELECT version()');
  await client.end();
  expect(tracesIn(server.log()).length).toBeGreaterThan(before);
}

describeWith('pgpool', 'pgpool2', "pgpool-II's console", () => {
  test('runs no code of other roles as our role', async () => {
    await using server = await startAttackedServer();
    const headroom = await createLeastPrivilegeRole(server);
    await using pooler = await startPgPool(server, { roles: [headroom] });
    expect(await lookInto('pgpool', pooler, headroom)).toMatchObject({ problem: null });
    const asUs = tracesIn(server.log()).filter((trace) => trace.includes(headroom.user));
    expect(asUs).toEqual([]);
    await expectTrap(server, headroom);
  });
});

describeWith('pgbouncer', 'pgbouncer', "PgBouncer's console", () => {
  test('runs no code of other roles as our role', async () => {
    await using server = await startAttackedServer();
    const headroom = await createLeastPrivilegeRole(server);
    await using pooler = await startPgBouncer(server, {
      mode: 'session',
      roles: [headroom],
      statsUsers: [headroom.user],
    });
    expect(await lookInto('pgbouncer', pooler, headroom)).toMatchObject({ problem: null });
    const asUs = tracesIn(server.log()).filter((trace) => trace.includes(headroom.user));
    expect(asUs).toEqual([]);
    await expectTrap(server, headroom);
  });
});
