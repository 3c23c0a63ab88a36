import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../functions/core/server/session.ts';
import { postgresql } from '../../functions/postgres/postgresql/postgresql.ts';
import { startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';

const LOOKS = 200;
/** With so many slots each look fetched two to twelve pages anew, before the first statement of a session prevented it. */
const SLOTS = 390;
const SESSIONS = 30;

/** Pages that the kernel had to give the process, since it started. */
function pageFaultsOf(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return Number(fields.split(' ')[7]);
}

describe.runIf(process.platform === 'linux').each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let victims: readonly Session[];

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: SLOTS } });
    const app = await createRole(server, 'app');
    const [first] = await openMany(SESSIONS, () => openIdle(server, { role: app }));
    const database = await openDatabase(server, await createLeastPrivilegeRole(server));
    const rows = (await database.readSnapshot()).sessions.filter(({ pid }) => pid === first?.pid);
    await database.close();
    // It is in another state than this, so it stays and can be looked at often.
    victims = rows.flatMap((row) => Array<Session>(LOOKS).fill({ ...row, state: 'active' }));
    await server.query("CREATE DATABASE latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  });
  afterAll(() => server.stop());

  test.each([
    ['UTF8', 'postgres'],
    ['LATIN1', 'latin1'],
  ])(
    'a look from a database in %s uses the memory of the look before, and fetches none from the system',
    async (_, database) => {
      const client = await server.connect(server.superuser, { database });
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const faults = () => pageFaultsOf(rows[0]?.pid ?? 0);
      const { guards } = postgresql(version * 10_000);
      const look = async () => {
        const [{ text, values } = { text: '', values: [] }] = guards(victims);
        const answer = await client.query<{ result: string }>({ name: 'guard', text, values: [...values] });
        expect(answer.rows.map(({ result }) => result)).toEqual(Array(LOOKS).fill('no-match'));
      };
      await look();
      const before = faults();
      await look();
      expect(faults() - before).toBeLessThan(LOOKS);
      await client.end();
    },
  );
});
