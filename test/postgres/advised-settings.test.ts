import { escapeIdentifier } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Advice } from '../../functions/core/advice/advice.ts';
import { adviseOn } from '../../functions/core/advice/advise.ts';
import type { AdviceCase } from '../core/advice/an-advice-case.ts';
import { CASES } from '../core/advice/cases.ts';
import { everyStatementOf, statementsOf } from '../core/advice/statements.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The incidents of the cases as they would be on a server of this version. */
function adviceOn({ record, diagnosis }: AdviceCase, version: string): readonly Advice[] {
  const { snapshot } = record;
  if (snapshot === null) throw new Error('The case has no snapshot');
  const server = { ...snapshot.server, version };
  return adviseOn({ ...record, snapshot: { ...snapshot, server } }, diagnosis);
}

const NAMES = { ROLE: /ALTER ROLE "([^"]+)"/g, DATABASE: /ALTER DATABASE "([^"]+)"/g };
const ROLE_LIMIT = /^ALTER ROLE "([^"]+)" CONNECTION LIMIT (\d+);$/;
const DATABASE_LIMIT = /^ALTER DATABASE "([^"]+)" CONNECTION LIMIT (\d+);$/;
const ROLE_SETTING = /^ALTER ROLE "([^"]+)" SET (\w+) = '?(\w+)'?;$/;
const SERVER_SETTING = /^ALTER SYSTEM SET (\w+) = '?(\w+)'?;$/;

describe.each(wanted([14, 16, 17, 18]))('on PostgreSQL %i', (version) => {
  let server: TestServer;
  const roles = new Map<string, Role>();
  const all = Object.values(CASES).flatMap((incident) => adviceOn(incident, `${version}.0`));
  const pastes = all.flatMap(({ paste }) => (paste?.language === 'sql' ? [paste] : []));
  const statements = [...new Set(pastes.flatMap(everyStatementOf))];
  const matching = (pattern: RegExp) =>
    pastes.flatMap((paste) =>
      statementsOf(paste.lines).flatMap((statement) => {
        const [, ...found] = pattern.exec(statement) ?? [];
        return found.length === 0 ? [] : [{ paste, found: found.map(String) }];
      }),
    );

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 60 } });
    const named = (pattern: RegExp) => [
      ...new Set(statements.flatMap((each) => [...each.matchAll(pattern)].map(([, name = '']) => name))),
    ];
    for (const name of named(NAMES.ROLE)) roles.set(name, await createRole(server, name));
    for (const name of named(NAMES.DATABASE)) await server.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  });
  afterAll(() => server.stop());

  const run = async (all: readonly string[]) => {
    for (const statement of all) await server.query(statement);
  };
  /** What a new session of a role starts with. */
  const asSeenBy = async (role: Role, setting: string) => {
    const client = await server.connect(role);
    const { rows } = await client.query<{ value: string }>('SELECT current_setting($1) AS value', [setting]);
    await client.end();
    return rows[0]?.value;
  };

  test('every statement of every advice runs, and so does its undo', async () => {
    expect(statements.length).toBeGreaterThan(40);
    await run(statements);
  });

  test('limits of roles hold, and their undo takes them back', async () => {
    const limits = matching(ROLE_LIMIT);
    expect(limits.length).toBeGreaterThan(5);
    const limitOf = async (name = '') =>
      (await server.query('SELECT rolconnlimit AS limit FROM pg_roles WHERE rolname = $1', [name]))[0]?.limit;
    for (const { paste, found } of limits) {
      await run(statementsOf(paste.lines));
      expect(await limitOf(found[0])).toBe(Number(found[1]));
      await run(statementsOf(paste.undo ?? []));
      expect(await limitOf(found[0])).toBe(found[0] === 'batch' ? 10 : -1);
    }
  });

  test('limits of databases hold, and their undo takes them back', async () => {
    const limits = matching(DATABASE_LIMIT);
    expect(limits).toHaveLength(1);
    const limitOf = async (name = '') =>
      (await server.query('SELECT datconnlimit AS limit FROM pg_database WHERE datname = $1', [name]))[0]
        ?.limit;
    for (const { paste, found } of limits) {
      await run(statementsOf(paste.lines));
      expect(await limitOf(found[0])).toBe(Number(found[1]));
      await run(statementsOf(paste.undo ?? []));
      expect(await limitOf(found[0])).toBe(10);
    }
  });

  test('settings of roles are what their new sessions have, and their undo leaves none', async () => {
    const settings = matching(ROLE_SETTING);
    const names = new Set(settings.map(({ found }) => found[1]));
    expect([...names].toSorted()).toEqual(
      [
        'idle_in_transaction_session_timeout',
        'idle_session_timeout',
        'statement_timeout',
        'tcp_keepalives_count',
        'tcp_keepalives_idle',
        'tcp_keepalives_interval',
        ...(version >= 17 ? ['transaction_timeout'] : []),
      ].toSorted(),
    );
    for (const { paste, found } of settings) {
      const [name = '', setting = '', value] = found;
      const role = roles.get(name);
      if (role === undefined) throw new Error(`There is no role ${name}`);
      await run(statementsOf(paste.lines));
      expect(await asSeenBy(role, setting)).toBe(value);
      await run(statementsOf(paste.undo ?? []));
    }
    expect(await server.query('SELECT setconfig FROM pg_db_role_setting')).toEqual([]);
  });

  test('settings of the server are what new sessions have, where need be after a restart', async () => {
    const changes = new Set(matching(SERVER_SETTING).map(({ paste }) => paste));
    const changed: string[] = [];
    for (const { lines, undo = [] } of changes) {
      const statements = statementsOf(lines);
      const takesRestart = !statements.includes('SELECT pg_reload_conf();');
      const wanted = statements.flatMap((each) => [[...(SERVER_SETTING.exec(each) ?? [])].slice(1)]);
      const [name = '', value = ''] = wanted.find((found) => found.length > 0) ?? [];
      const before = await asSeenBy(server.superuser, name);
      const becomes = async (expected: string | undefined) => {
        if (takesRestart) await server.restart();
        await waitUntil(async () => (await asSeenBy(server.superuser, name)) === expected, {
          what: `${name} was ${expected}`,
        });
      };
      await run(statements);
      await becomes(value);
      await run(statementsOf(undo));
      await becomes(before);
      changed.push(name);
    }
    expect([...new Set(changed)].toSorted()).toEqual([
      'authentication_timeout',
      'max_connections',
      'max_wal_senders',
      'tcp_keepalives_idle',
    ]);
  });
});
