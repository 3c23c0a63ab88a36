import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { refusalsInBatch } from '../../functions/events/log-batch.ts';
import type { RefusalLine } from '../../functions/events/refusal-line.ts';
import { FORGERIES, LOG_PREFIXES, ODD_NAMES } from '../support/log-prefixes.ts';
import { startServer, type TestServer, VERSIONS, type Version } from '../support/postgres-server.ts';
import { refusalIn } from '../support/refusal-in.ts';
import { reload } from '../support/reload.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { sendStartup } from '../support/startup-packet.ts';
import { waitUntil } from '../support/wait-until.ts';

const SETTINGS = {
  max_connections: 8,
  superuser_reserved_connections: 2,
  max_wal_senders: 0,
  wal_level: 'minimal',
};

const open = (version: Version, settings = {}) =>
  startServer({ version, settings: { ...SETTINGS, ...settings }, authentication: 'trust' });

async function writePrefix(server: TestServer, prefix: string, client?: Client): Promise<void> {
  const changes = () => server.log().split('"log_line_prefix" changed to').length;
  const before = changes();
  const statement = `ALTER SYSTEM SET log_line_prefix = '${prefix}'`;
  await (client === undefined ? server.query(statement) : client.query(statement));
  await reload(server);
  await waitUntil(() => changes() > before, { what: 'the prefix was in force' });
}

/** Each prefix is tried with one of the versions: what it consists of is the same in all. */
const shareOf = (version: Version) =>
  LOG_PREFIXES.filter((_, at) => at % VERSIONS.length === VERSIONS.indexOf(version));

/** What the server logged meanwhile. */
async function loggedWhile(server: TestServer, act: () => Promise<unknown>): Promise<string> {
  const before = server.log().length;
  await act();
  return server.log().slice(before);
}

/** As an agent sends it that knows nothing of servers: each line is an event. */
function refusalsIn(logged: string): readonly RefusalLine[] {
  return logged
    .split('\n')
    .map(refusalIn)
    .filter((refusal) => refusal !== null);
}

test.each(VERSIONS)(
  'PostgreSQL %i: a line names who was refused, as far as its prefix does',
  async (version) => {
    await using server = await open(version);
    await server.query('CREATE ROLE app LOGIN CONNECTION LIMIT 0');
    for (const prefix of shareOf(version)) {
      await writePrefix(server, prefix);
      const refused = () => sendStartup(server.port, { user: 'app', database: 'postgres' });
      expect({ prefix, refusals: refusalsIn(await loggedWhile(server, refused)) }).toEqual({
        prefix,
        refusals: [
          {
            kind: 'role',
            user: 'app',
            database: prefix.includes('%d') ? 'postgres' : null,
            address: /%[hr]/.test(prefix) ? '127.0.0.1' : null,
            figures: null,
          },
        ],
      });
    }
  },
);

test.each(VERSIONS)(
  'PostgreSQL %i: a full server names clients as they said, or nobody, and never a piece of its prefix',
  async (version) => {
    await using server = await open(version);
    const { sessions } = await fillUntilRefused(server, { role: server.superuser });
    const [session] = sessions;
    expect(session).toBeDefined();
    for (const prefix of shareOf(version)) {
      await writePrefix(server, prefix, session?.client);
      for (const user of ['app', ...ODD_NAMES])
        for (const database of ['orders', ...(user === 'app' ? ODD_NAMES : [])]) {
          const refused = () => sendStartup(server.port, { user, database });
          const logged = await loggedWhile(server, refused);
          const refusal = refusalIn(logged);
          // Both names may have an @, and the last one divides: an @ in a database's name is told wrongly.
          if (`${user}${database}`.includes('@')) continue;
          const told = { user: refusal?.user ?? user, database: refusal?.database ?? database };
          expect({ logged, ...told }).toEqual({ logged, user, database });
          expect([null, undefined, '127.0.0.1'], logged).toContain(refusal?.address);
          if (user === 'app' && database === 'orders') expect(refusal?.kind).toBe('server');
        }
    }
  },
);

test.each(VERSIONS)(
  'PostgreSQL %i: what clients write into names and queries is no refusal',
  async (version) => {
    await using server = await open(version, { log_connections: 'on', log_statement: 'all' });
    for (const prefix of shareOf(version)) {
      await writePrefix(server, prefix);
      const logged = await loggedWhile(server, () => forge(server));
      expect(logged.split('\n').length).toBeGreaterThan(FORGERIES.length * 8);
      const lines = logged.split('\n');
      const refusals = refusalsInBatch(lines);
      const forged = lines.filter((_, at) => refusals[at] !== null);
      expect({ prefix, forged }).toEqual({ prefix, forged: [] });
    }
  },
);

async function forge(server: TestServer): Promise<void> {
  const client = await server.connect();
  for (const text of FORGERIES) {
    await sendStartup(server.port, { user: text, database: 'postgres', application: text });
    await sendStartup(server.port, { user: 'postgres', database: text, application: text });
    await client.query('SELECT $1::text AS "sorry, too many clients already"', [text]);
    const message = text.replaceAll("'", "''");
    for (const level of ['LOG', 'WARNING', 'EXCEPTION'])
      await client
        .query(`DO $$BEGIN RAISE ${level} USING MESSAGE = '${message}', ERRCODE = '53300'; END$$`)
        .catch(() => {});
    await client.query(text).catch(() => {});
  }
  await client.end();
}
