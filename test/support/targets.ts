import { connect } from '../../functions/postgres/connection/connect.ts';
import type { Target } from '../../functions/postgres/connection/target.ts';
import type { Database } from '../../functions/remediate/ports.ts';
import type { Role } from './postgres-server.ts';
import type { Address } from './proxy.ts';

/** On a slow machine a login may take longer than a run may last. */
const PATIENT_MS = 120_000;

/** A server, or a proxy before it, and the database there; default `postgres`. */
export type Place = Address & { readonly database?: string };

/** How the product reaches a test server: without TLS, unless told otherwise. */
export function targetOf({ host, port, database = 'postgres' }: Place, more: Partial<Target> = {}): Target {
  return { host, port, database, tls: { mode: 'off' }, ...more };
}

/** Milliseconds since the epoch, so many ms from now. */
export function inMs(ms: number): number {
  return Date.now() + ms;
}

/** The product's own session with a server that lets it in; throws if it cannot connect. */
export async function openDatabase(server: Place, role: Role): Promise<Database> {
  const connection = await connect(targetOf(server), async () => role, inMs(PATIENT_MS));
  if ('problem' in connection) throw new Error(`${connection.problem.code}: ${connection.problem.message}`);
  return connection.database;
}
