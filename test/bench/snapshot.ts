import { attemptSession } from '../../functions/postgres/connection/attempt.ts';
import { databaseOf } from '../../functions/postgres/connection/database.ts';
import type { OpenSession } from '../../functions/postgres/connection/open-session.ts';
import { READ_SESSIONS } from '../../functions/postgres/postgresql/sql/read-sessions.ts';
import { READ_SETTINGS } from '../../functions/postgres/postgresql/sql/read-settings.ts';
import { startServer, type TestServer, type Version } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openHolderOfAdvisoryLock, openIdle, openMany } from '../support/sessions.ts';
import { type Compared, compare, comparisonTable, goal, number, ratiosOf } from './measure.ts';

const VERSIONS: readonly Version[] = [14, 18];
const SIZES = [100, 1_000, 1_900];

/** A snapshot with all protections, beside one without them and beside all columns of the activity view. */
export async function benchSnapshot(): Promise<string> {
  const rows: Compared[] = [];
  for (const version of VERSIONS) {
    await using server = await startServer({
      version,
      authentication: 'trust',
      settings: { max_connections: 2_000 },
    });
    const app = await createRole(server, 'app');
    const session = await openSession(server);
    let open = 0;
    for (const size of SIZES) {
      const role = { role: app };
      await openMany(size - open, (index) =>
        index % 5 === 0
          ? openHolderOfAdvisoryLock(server, { ...role, key: open + index })
          : openIdle(server, { ...role, statement: "SELECT 'something that an application asks for'" }),
      );
      open = size;
      rows.push({
        what: `${number(size)} sessions, PostgreSQL ${version}`,
        measured: await compare(sidesOf(session), 31),
      });
    }
    await session.close();
  }
  const toEverything = rows.map(({ measured }) => ratiosOf(measured)[1] ?? Number.NaN);
  return [
    comparisonTable(rows, 'ms', 2),
    '',
    goal('a snapshot takes, beside `SELECT * FROM pg_stat_activity`,', 2, toEverything),
  ].join('\n');
}

async function openSession(server: TestServer): Promise<OpenSession> {
  const ours = await createLeastPrivilegeRole(server);
  const target = {
    host: server.host,
    port: server.port,
    database: 'postgres',
    tls: { mode: 'off' },
  } as const;
  const attempted = await attemptSession(target, false, ours);
  if (attempted.kind === 'in') return attempted.session;
  throw new Error('The server of the benchmark did not let us in');
}

function sidesOf(session: OpenSession) {
  const { client } = session;
  const database = databaseOf(session);
  return [
    { name: 'snapshot', run: () => database.readSnapshot() },
    {
      name: 'without protections',
      run: () => Promise.all([client.query(READ_SETTINGS), client.query(READ_SESSIONS)]),
    },
    { name: '`SELECT *`', run: () => client.query('SELECT * FROM pg_stat_activity') },
  ];
}
