import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FORGERIES, ODD_NAMES } from '../support/log-prefixes.ts';
import { startServer, type TestServer } from '../support/postgres-server.ts';
import { refusalIn } from '../support/refusal-in.ts';
import { fillUntilRefused } from '../support/sessions.ts';
import { sendStartup } from '../support/startup-packet.ts';
import { waitUntil } from '../support/wait-until.ts';

const SETTINGS = {
  max_connections: 8,
  superuser_reserved_connections: 2,
  max_wal_senders: 0,
  wal_level: 'minimal',
  logging_collector: 'on',
  log_directory: 'log',
  log_connections: 'on',
};

/** The whole of a server's log in one of its forms. */
function logOf(server: TestServer, extension: string): string {
  const folder = join(server.folder, 'data', 'log');
  const names = readdirSync(folder).filter((name) => name.endsWith(extension));
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
}

/** As an agent sends them that knows where an entry begins: a row of `csvlog` may be of many lines. */
function entriesOf(log: string): readonly string[] {
  return log.split(/\n(?=\{|\d{4}-\d\d-\d\d \d\d:)/).filter((entry) => entry.trim() !== '');
}

/** The collector writes a moment after the server has answered. */
async function entriesWhile(
  server: TestServer,
  extension: string,
  act: () => Promise<unknown>,
): Promise<readonly string[]> {
  await act();
  const end = `end-${Math.random().toString(36).slice(2)}`;
  await sendStartup(server.port, { user: end, database: end });
  await waitUntil(() => logOf(server, extension).includes(end), { what: 'the collector had written' });
  return entriesOf(logOf(server, extension));
}

const FORMS = [
  [14, 'csvlog', '.csv'],
  [15, 'jsonlog', '.json'],
  [16, 'csvlog', '.csv'],
  [18, 'jsonlog', '.json'],
] as const;

test.each(FORMS)(
  'PostgreSQL %i: %s names who was refused, whatever the name',
  async (version, form, extension) => {
    const settings = { ...SETTINGS, log_destination: form };
    await using server = await startServer({ version, settings, authentication: 'trust' });
    await fillUntilRefused(server, { role: server.superuser });
    for (const name of ['app', ...ODD_NAMES, ...FORGERIES]) {
      const known = entriesOf(logOf(server, extension)).length;
      const entries = await entriesWhile(server, extension, () =>
        sendStartup(server.port, { user: name, database: 'orders' }),
      );
      const refusals = entries.slice(known).map(refusalIn);
      // A server writes what it does not know in brackets, and names have 63 bytes.
      const user = name === '[x]' ? null : name.slice(0, 63);
      const told = { kind: 'server', user, database: 'orders', address: '127.0.0.1', figures: null };
      expect(refusals).toContainEqual(told);
    }
  },
);

test.each(FORMS)(
  'PostgreSQL %i: in %s what clients write is no refusal, whole entries or pieces',
  async (version, form, extension) => {
    const settings = { ...SETTINGS, log_destination: form, log_statement: 'all' };
    await using server = await startServer({ version, settings, authentication: 'trust' });
    const entries = await entriesWhile(server, extension, async () => {
      const client = await server.connect();
      for (const text of FORGERIES) {
        await sendStartup(server.port, { user: text, database: 'postgres', application: text });
        await sendStartup(server.port, { user: 'postgres', database: text, application: text });
        await client.query('SELECT $1::text', [text]);
        const message = text.replaceAll("'", "''");
        await client
          .query(`DO $$BEGIN RAISE USING MESSAGE = '${message}', ERRCODE = '53300'; END$$`)
          .catch(() => {});
        await client.query(text).catch(() => {});
      }
      await client.end();
    });
    expect(entries.length).toBeGreaterThan(FORGERIES.length * 6);
    expect(entries.filter((entry) => refusalIn(entry) !== null)).toEqual([]);
  },
);
