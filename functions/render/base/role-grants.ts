import type { Flavor } from '../../core/server/snapshot.ts';
import type { Facts } from './facts.ts';
import { quoteIdentifier } from './sql.ts';

/** The product, or PostgreSQL when no snapshot of the server was taken. */
export function flavorOf({ record }: Pick<Facts, 'record'>): Flavor {
  return record.snapshot?.server.flavor ?? 'postgresql';
}

/** The predefined role that allows ours to end other roles' sessions. */
export function rightToEnd(flavor: Flavor): string {
  return flavor === 'gaussdb' ? 'gs_role_signal_backend' : 'pg_signal_backend';
}

/** The statements that allow our role to see other roles' sessions. */
export function statementsToSee(flavor: Flavor, ownRole: string): readonly string[] {
  const role = quoteIdentifier(ownRole);
  if (flavor !== 'gaussdb') return [`GRANT pg_read_all_stats TO ${role};`];
  return [
    `ALTER USER ${role} MONADMIN;`,
    '-- on GaussDB(DWS) in its place:',
    `-- GRANT gs_role_read_all_stats TO ${role};`,
  ];
}
