import type { ClientConfig } from 'pg';
import { expect, test } from 'vitest';
import type { RefusalLine } from '../../functions/events/refusal-line.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { refusalIn } from '../support/refusal-in.ts';
import { createRole } from '../support/roles.ts';
import { fillUntilRefused } from '../support/sessions.ts';

/** The lines as real servers write them, with each of the prefixes that are read. */

const PREFIXES = [
  '%t:%r:%u@%d:[%p]:',
  '%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a',
  '%m [%p] %q%u@%d ',
  '%m [%p] %e %q%u@%d/%a ',
  '%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ',
];
const SETTINGS = {
  max_connections: 8,
  superuser_reserved_connections: 2,
  max_wal_senders: 0,
  wal_level: 'minimal',
};

/** The refusals in what a server has logged while `act` was under way, each once. */
async function refusalsWhile(
  server: TestServer,
  act: () => Promise<unknown>,
): Promise<readonly RefusalLine[]> {
  const before = server.log().length;
  await act();
  const lines = server.log().slice(before).split('\n').map(refusalIn);
  const found = lines.filter((refusal) => refusal !== null);
  return [...new Map(found.map((refusal) => [JSON.stringify(refusal), refusal])).values()];
}

const refused = (server: TestServer, role: Role, more?: ClientConfig) => () =>
  expect(server.connect(role, more)).rejects.toMatchObject({ code: '53300' });

const [RDS_DEFAULT = ''] = PREFIXES;

test.each([
  ...VERSIONS.map((version, at) => [version, PREFIXES[at % PREFIXES.length] ?? '', 'default'] as const),
  [18, RDS_DEFAULT, 'verbose'] as const,
])(
  'PostgreSQL %i with the prefix %j, log_error_verbosity %s',
  async (version, log_line_prefix, log_error_verbosity) => {
    const settings = { ...SETTINGS, log_line_prefix, log_error_verbosity };
    await using server = await startServer({ version, settings });
    const app = await createRole(server, 'app');
    const limited = await createRole(server, 'limited', 'CONNECTION LIMIT 0');
    const replica = await createRole(server, 'replica', 'REPLICATION');
    await server.query('CREATE DATABASE closed CONNECTION LIMIT 0');
    const hasAddress = /%[rh]/.test(log_line_prefix);
    const client = (user: string, database = 'postgres') => ({
      user,
      database,
      address: hasAddress ? '127.0.0.1' : null,
      figures: null,
    });

    expect(await refusalsWhile(server, refused(server, limited))).toEqual([
      { kind: 'role', ...client('limited') },
    ]);
    expect(await refusalsWhile(server, refused(server, app, { database: 'closed' }))).toEqual([
      { kind: 'database', ...client('app', 'closed') },
    ]);
    const asReplica = { replication: 'database' } as ClientConfig;
    expect(await refusalsWhile(server, refused(server, replica, asReplica))).toEqual([
      { kind: 'wal-senders', ...client('replica') },
    ]);
    expect(await refusalsWhile(server, () => fillUntilRefused(server, { role: app }))).toContainEqual({
      kind: 'reserved',
      ...client('app'),
    });
    expect(
      await refusalsWhile(server, () => fillUntilRefused(server, { role: server.superuser })),
    ).toContainEqual({
      kind: 'server',
      ...client('postgres'),
    });
  },
);
