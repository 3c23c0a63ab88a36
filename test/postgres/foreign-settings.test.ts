import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEGIN_SESSION } from '../../functions/postgres/postgresql/sql/begin-session.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy } from '../support/runs.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { startStrippingProxy } from '../support/stripping-proxy.ts';
import { inMs, type Place } from '../support/targets.ts';

/** Something in between drops our options, and our first statement does not get us a session as we want it. */

const ENFORCE = eagerPolicy('enforce', { freeSlots: 19 });
/** As long as each other, so that the message that holds them stays as long as it says. */
const [SETS, READS] = ['pg_catalog.set_config(n,v,false)', 'pg_catalog.current_setting(n)   '];

/** The first statement without its effect: it sets nothing, and reads back what the server has. */
function withoutEffect(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(SETS, READS), 'latin1');
}

test('our first statement sets what the proxy takes from it', () => {
  expect(withoutEffect(Buffer.from(BEGIN_SESSION, 'latin1')).toString('latin1')).toContain(READS);
});

describe.each([14, 18] as const)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let mallory: Role;
  let place: Place;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 20, log_statement: 'all' } });
    headroom = await createLeastPrivilegeRole(server);
    mallory = await createRole(server, 'mallory');
    await server.query('CREATE DATABASE maint TEMPLATE template0 OWNER mallory');
    place = { host: server.host, port: server.port, database: 'maint' };
    await openMany(8, () => openIdle(server, { role: mallory, statement: 'SELECT 1' }));
  });
  afterAll(() => server.stop());

  const run = (through: Place, withinMs: number) =>
    remediate(aRequest({ policy: ENFORCE, deadline: inMs(withinMs) }), briskPorts(through, headroom));
  const ourStatements = () => server.log().match(/^.*headroom.*(?:execute|statement:).*$/gm) ?? [];

  test('a run refuses to go on with a search_path that is not ours, and says that', async () => {
    await using proxy = await startStrippingProxy(place, withoutEffect);
    const before = ourStatements().length;
    const record = await run(proxy, 6_000);
    expect(record).toMatchObject({ outcome: 'cannot-connect', attempts: [], snapshot: null });
    expect(record.problem?.code).toBe('connect-failed');
    expect(record.problem?.message).toMatch(
      /^The server at \S+ does not keep the settings of our own session \(search_path, [a-zA-Z_, ]+\): nothing was read\. /,
    );
    expect(ourStatements().length - before).toBe(1);
  });

  test('a first statement that waits for others is told as that', async () => {
    const owner = await server.connect(mallory);
    for (const setting of ["isolation = 'serializable'", 'read_only = on', 'deferrable = on'])
      await owner.query(`ALTER DATABASE maint SET default_transaction_${setting}`);
    await owner.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await owner.query('CREATE TEMPORARY TABLE written (at int)');
    await using proxy = await startStrippingProxy(place);
    const record = await run(proxy, 9_000);
    expect(record).toMatchObject({ outcome: 'cannot-connect', attempts: [], connecting: { attempts: 2 } });
    expect(record.problem?.message).toMatch(
      /: it lets us in but does not answer our first statement; check .* default_transaction_deferrable /,
    );
    await owner.end();
  });
});
