import type { PoolerClients, PoolerSession, PoolerState } from '../../server/pooler.ts';
import { type Columned, fromColumns, toColumns } from './columns.ts';

/** A pooler's state in its packed form. It has columns, because a pool may have thousands of sessions. */
export type PackedPooler = Omit<PoolerState, 'clients' | 'sessions'> & {
  readonly clients: Columned<PoolerClients>;
  readonly sessions: Columned<PoolerSession>;
};

const CLIENT_KEYS = [
  'application',
  'user',
  'database',
  'address',
  'count',
  'linked',
  'waiting',
  'since',
] as const satisfies readonly (keyof PoolerClients)[];
const SESSION_KEYS = ['pid', 'user', 'client'] as const satisfies readonly (keyof PoolerSession)[];

export function packPooler(pooler: PoolerState): PackedPooler {
  const { clients, sessions } = pooler;
  return {
    ...pooler,
    clients: toColumns(CLIENT_KEYS, clients),
    sessions: toColumns(SESSION_KEYS, sessions),
  };
}

export function unpackPooler(packed: PackedPooler): PoolerState {
  return {
    ...packed,
    clients: fromColumns<PoolerClients>(CLIENT_KEYS, packed.clients),
    sessions: fromColumns<PoolerSession>(SESSION_KEYS, packed.sessions),
  };
}
