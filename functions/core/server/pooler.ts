import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { poolerSchema } from './pooler-schema.ts';

/** What the server's pooler reported when the snapshot was taken. Its schema explains the fields. */
export type PoolerState = ReadOnly<z.output<typeof poolerSchema>>;
export type Pool = PoolerState['pools'][number];
export type PoolerClients = PoolerState['clients'][number];
export type PoolerSession = PoolerState['sessions'][number];
export type PoolerSettings = PoolerState['settings'];
export type PoolerProblem = NonNullable<PoolerState['problem']>;
export type Unlisted = NonNullable<PoolerState['unlisted']>;
export type UnlistedCause = Unlisted['cause'];

export const NO_SETTINGS: PoolerSettings = {
  mode: null,
  defaultPoolSize: null,
  minPoolSize: null,
  reservePoolSize: null,
  mostClients: null,
  serverIdleTimeoutMs: null,
  queryWaitTimeoutMs: null,
  poolsPerChild: null,
  failsOver: null,
};
