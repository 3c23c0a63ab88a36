import { escapeIdentifier, escapeLiteral } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../functions/core/server/session.ts';
import { attemptSession } from '../../functions/postgres/connection/attempt.ts';
import { databaseOf, queryOf } from '../../functions/postgres/connection/database.ts';
import type { OpenSession } from '../../functions/postgres/connection/open-session.ts';
import { readDoctorFacts } from '../../functions/postgres/postgresql/read-doctor-facts.ts';
import { type BytesClient, connectInBytes } from '../support/bytes-client.ts';
import { type Encoding, encodingsOf, NOT_ENTERED } from '../support/encodings.ts';
import { enterServer } from '../support/enter-server.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { targetOf } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

/**
 * One server with a database of each encoding, and in each a session whose role, application and last statement are written in
 * it; and our own session in each of them.
 */

const PASSWORD = 'secret';
const databaseOfEncoding = ({ name }: Pick<Encoding, 'name'>) => `db_${name.toLowerCase()}`;
/** Unique by its ASCII part: several encodings have the same bytes. */
const roleIn = ({ name }: Encoding, word: string) => `${name.toLowerCase()}_${word}`;

describe.each(VERSIONS.filter((version) => version === 14 || version >= 18))('PostgreSQL %i', (version) => {
  const encodings = encodingsOf(version);
  let server: TestServer;
  let headroom: Role;
  const clients = new Map<Encoding, BytesClient>();

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 60 } });
    headroom = await createLeastPrivilegeRole(server);
    for (const encoding of encodings) {
      await server.query(
        `CREATE DATABASE ${databaseOfEncoding(encoding)} TEMPLATE template0 ENCODING '${encoding.name}' LC_COLLATE 'C' LC_CTYPE 'C'`,
      );
      clients.set(encoding, await openIn(encoding));
    }
  });
  afterAll(() => server.stop());

  async function openIn(encoding: Encoding): Promise<BytesClient> {
    const { bytes } = encoding;
    const database = databaseOfEncoding(encoding);
    const admin = await connectInBytes(server, server.superuser, { database });
    const user = roleIn(encoding, bytes);
    const name = escapeIdentifier(user);
    await admin.ask(`CREATE ROLE ${name} LOGIN PASSWORD ${escapeLiteral(PASSWORD)} CONNECTION LIMIT 7`);
    // Of one role and one database, in the catalog that all of them share.
    await admin.ask(`ALTER ROLE ${name} IN DATABASE ${database} SET application_name = 'set ${bytes}'`);
    await admin.ask(`ALTER ROLE ${name} IN DATABASE ${database} SET idle_session_timeout = '1h'`);
    await admin.close();
    const role = { user, password: PASSWORD };
    const client = await connectInBytes(server, role, { database, application: `app ${bytes}` });
    await client.ask(`SELECT 1 AS ${bytes}, 'a \\ ${bytes}'`);
    return client;
  }

  async function enter(database: string): Promise<OpenSession> {
    return await enterServer({ host: server.host, port: server.port, database }, headroom);
  }

  async function readFrom(database: string, statements: 'shape' | 'full' = 'shape') {
    const session = await enter(database);
    try {
      const facts = await readDoctorFacts(queryOf(session), session.versionNumber);
      return { facts, snapshot: await databaseOf(session, statements).readSnapshot() };
    } finally {
      await session.close();
    }
  }

  function rowOf(sessions: readonly Session[], encoding: Encoding): Session | undefined {
    return sessions.find(({ pid }) => pid === clients.get(encoding)?.pid);
  }

  /** Names in UTF-8 come first: what is valid in it may be nothing else. */
  function told(encoding: Encoding) {
    const { told: word, bytes } = encoding;
    const lost = '?'.repeat(bytes.length);
    return {
      user: roleIn(encoding, word),
      database: databaseOfEncoding(encoding),
      application: `app ${version < 16 ? lost : word}`,
      lastStatement: `SELECT ? AS ${word}, ?`,
    };
  }

  const entered = encodings.filter(({ name }) => name !== NOT_ENTERED);
  const maintenance = ['postgres', ...entered.map(databaseOfEncoding)];

  test.each(maintenance)(
    'from %s, what sessions of every encoding are called and ran last is told',
    async (database) => {
      const { snapshot, facts } = await readFrom(database);
      for (const encoding of encodings)
        expect(rowOf(snapshot.sessions, encoding)).toMatchObject(told(encoding));
      expect(facts.connection.database).toBe(database);
      expect(facts.snapshot.sessions.length).toBeGreaterThan(encodings.length);
    },
  );

  test.each(entered)('$name: what a role has set for itself is told under its name', async (encoding) => {
    const database = databaseOfEncoding(encoding);
    const { facts } = await readFrom(database);
    const role = told(encoding).user;
    expect(facts.overrides).toContainEqual({ setting: 'idle_session_timeout', value: '1h', role, database });
  });

  test('a limit has the name that the sessions of its role have', async () => {
    const { snapshot } = await readFrom('postgres');
    const named = snapshot.slots.roles.map(({ name }) => name);
    for (const encoding of encodings) expect(named).toContain(told(encoding).user);
  });

  test('whole statements are told where they may be', async () => {
    const { snapshot } = await readFrom('postgres', 'full');
    for (const encoding of encodings)
      expect(rowOf(snapshot.sessions, encoding)?.lastStatement).toBe(
        `SELECT 1 AS ${encoding.told}, 'a \\ ${encoding.told}'`,
      );
  });

  test.runIf(encodings.some(({ name }) => name === NOT_ENTERED))(
    'a database that the driver does not get into is refused with a sentence',
    async () => {
      const database = databaseOfEncoding({ name: NOT_ENTERED });
      const attempted = await attemptSession(targetOf(server, { database }), false, headroom);
      expect(attempted).toMatchObject({
        kind: 'denied',
        problem: {
          code: 'connect-failed',
          message: expect.stringMatching(
            /^The maintenance database db_mule_internal at .* is in an encoding that the server does not convert to UTF8, as MULE_INTERNAL \(0A000\): declare another "database" for the server, or name it in the URL\.$/,
          ),
        },
      });
    },
  );

  test('every one of them can be ended', async () => {
    const session = await enter('db_sql_ascii');
    const database = databaseOf(session);
    const { sessions } = await database.readSnapshot();
    const victims = encodings.map((encoding) => rowOf(sessions, encoding)).filter((row) => row !== undefined);
    const results = await database.terminate(victims);
    await database.close();
    expect(new Set(results)).toEqual(new Set(['signalled']));
    await waitUntil(() => [...clients.values()].every(({ isOpen }) => !isOpen()), { what: 'all have ended' });
  });
});
