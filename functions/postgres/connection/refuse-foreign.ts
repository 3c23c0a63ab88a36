import type { Client } from 'pg';
import { cleanName } from '../../core/base/clean-text.ts';
import { RemediationError } from '../../core/base/errors.ts';
import { foreignServer } from '../../core/server/foreign-servers.ts';
import { poolerInBetween } from './pooler-in-between.ts';
import { type Target, targetText } from './target.ts';

type Reported = ReadonlyMap<string, string>;

/**
 * @throws RemediationError `pooler-in-between` where PgBouncer says that it is there (1.26 and later), `server-unsupported`
 * for a server on which our statements do not hold. `product` is the answer to `version()`, or null before it is known.
 */
export function refuseForeign(target: Target, reported: Reported, product: string | null): void {
  const pgbouncer = reported.get('pgbouncer.version');
  if (pgbouncer !== undefined) {
    const mode = reported.get('pgbouncer.pool_mode');
    const inMode = mode === undefined ? '' : ` in ${cleanName(mode)} mode`;
    throw poolerInBetween(target, `PgBouncer ${cleanName(pgbouncer)}${inMode}`);
  }
  const foreign = foreignServer(reported, product);
  if (foreign === null) return;
  throw new RemediationError(
    'server-unsupported',
    `The server at ${targetText(target)} is ${foreign.name}, which is not supported: ${foreign.why}. Nothing was read and no session was ended.`,
  );
}

/** For a server that does not understand our first statement: whether `version()` names a reason. */
export async function refuseByVersion(client: Client, target: Target, reported: Reported): Promise<void> {
  const product = await client.query<{ version: string }>('SELECT version()').then(
    ({ rows }) => rows[0]?.version ?? null,
    () => null,
  );
  refuseForeign(target, reported, product);
}
