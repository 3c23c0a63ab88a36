import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Role, TestServer } from './postgres-server.ts';

/** A role that may log in; `options` as in CREATE ROLE, for example `CONNECTION LIMIT 5`. */
export async function createRole(server: TestServer, name: string, options = ''): Promise<Role> {
  const password = randomBytes(12).toString('base64url');
  await server.query(
    `CREATE ROLE ${escapeIdentifier(name)} LOGIN PASSWORD ${escapeLiteral(password)} ${options}`,
  );
  return { user: name, password };
}

/**
 * A role with only the rights that the product asks for: to see all sessions, to end them, and from 16 on to connect when
 * the server is full.
 */
export async function createLeastPrivilegeRole(server: TestServer, name = 'headroom'): Promise<Role> {
  const role = await createRole(server, name);
  const granted = ['pg_signal_backend', 'pg_read_all_stats'];
  if (server.version >= 16) granted.push('pg_use_reserved_connections');
  await server.query(`GRANT ${granted.join(', ')} TO ${escapeIdentifier(name)}`);
  return role;
}
