import { Socket } from 'node:net';
import { Client, DatabaseError } from 'pg';
import type { PoolerState } from '../../functions/core/server/pooler.ts';
import { readPooler } from '../../functions/postgres/pooler/read-pooler.ts';
import type { Role } from './postgres-server.ts';
import type { Address } from './proxy.ts';

export type PoolerClientOptions = {
  readonly role: Role;
  readonly application?: string;
  readonly database?: string;
  /** A loopback address to connect from. */
  readonly from?: string;
};

/** A real client of a pooler, or of any server at the address. Close it with `end()`. */
export async function connectThrough(
  { host, port }: Address,
  { role, application, database = 'postgres', from }: PoolerClientOptions,
): Promise<Client> {
  const client = new Client({
    host,
    port,
    ...role,
    database,
    ...(application !== undefined && { application_name: application }),
    ...(from !== undefined && { stream: () => socketFrom(from, host, port) }),
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** `pg` tells its stream where to connect, but not from where. */
function socketFrom(localAddress: string, host: string, port: number): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  Reflect.set(socket, 'connect', () => connect({ host, port, localAddress }));
  return socket;
}

/** The refusal that a client gets: SQLSTATE and text; null when it works. */
export async function refusalOf(trying: Promise<unknown>): Promise<string | null> {
  try {
    await trying;
    return null;
  } catch (error) {
    if (error instanceof DatabaseError) return `${error.code} ${error.message}`;
    throw error;
  }
}

/** What the product reads in a pooler's console. */
export function lookInto(kind: PoolerState['kind'], pooler: Address, role: Role): Promise<PoolerState> {
  const { host, port } = pooler;
  return readPooler({ kind, target: { host, port, tls: { mode: 'off' } } }, Promise.resolve(role));
}
