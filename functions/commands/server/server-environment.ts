import type { NamedKey, NamedServer } from './named-server.ts';

export type ClientEnvironment = Readonly<Record<string, string | undefined>>;

/** The variables of PostgreSQL's own programs that name a server. */
const VARIABLES: Readonly<Record<NamedKey, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  database: 'PGDATABASE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
};

export function serverInEnvironment(environment: ClientEnvironment): NamedServer {
  return Object.fromEntries(
    Object.entries(VARIABLES).map(([key, from]) => [key, { text: environment[from] ?? '', from }]),
  );
}
