import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import type { Target } from '../postgres/connection/target.ts';

const PORT = 5432;

/** Where a run connects to. TLS is always verified: a token must go to no other server. */
export function targetOfRun(
  { host, port, database }: Pick<RegisteredDatabase, 'host' | 'port' | 'database'>,
  caFile: readonly string[],
): Target {
  return { host: host ?? '', port: port ?? PORT, database, tls: { mode: 'verify', caFile } };
}
