import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLEET_ROLES } from '../../functions/contract.ts';
import { RESERVED_SLOTS } from '../../functions/core/doctor/role-sql.ts';
import { enrolSql } from '../../functions/core/fleet/enrol-sql.ts';
import type { Certificates } from './certificates.ts';
import { type ServerOptions, startServer, type TestServer } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

/** A server as `headroom fleet enrol` leaves it, and the file with the authority of its certificate. */
export type EnrolledServer = AsyncDisposable & { readonly server: TestServer; readonly caFile: string };

/** Starts a server with both roles of a fleet and slots kept for them. It takes a role's word over TLS: no test server can check a token. */
export async function startEnrolledServer(
  { ca, server: tls }: Pick<Certificates, 'ca' | 'server'>,
  { settings, ...more }: Partial<ServerOptions> = {},
): Promise<EnrolledServer> {
  const server = await startServer({
    version: 18,
    tls,
    ...more,
    settings: { reserved_connections: RESERVED_SLOTS, ...settings },
  });
  // RDS has this role.
  await server.query(['CREATE ROLE rds_iam', ...enrolSql(server.version).statements].join(';\n'));
  const caFile = join(server.folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const rules = join(server.folder, 'pg_hba.conf');
  const ours = Object.values(FLEET_ROLES).map(
    (role) => `hostssl all ${role} all trust\nhost all ${role} all reject\n`,
  );
  writeFileSync(rules, `${ours.join('')}${readFileSync(rules, 'utf8')}`);
  process.kill(server.processId, 'SIGHUP');
  await waitUntil(() => server.log().includes('reloading configuration files'), {
    what: 'the server had reloaded',
  });
  return { server, caFile, [Symbol.asyncDispose]: () => server.stop() };
}
