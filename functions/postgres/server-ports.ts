import { sleep } from '../core/base/sleep.ts';
import type { RemediatePorts } from '../remediate/ports.ts';
import { type ConnectOptions, connect } from './connection/connect.ts';
import { newPace } from './connection/pace.ts';
import type { CredentialSource, Credentials, Target } from './connection/target.ts';
import type { PoolerTarget } from './pooler/read-pooler.ts';

/** A server's pooler. Without `source`, the pooler takes the same credentials as the server. */
export type PoolerAccess = PoolerTarget & { readonly source: CredentialSource | null };

/** Optional facilities beside the server. */
type Beside = ConnectOptions & {
  readonly recall?: RemediatePorts['recall'];
  readonly tries?: RemediatePorts['tries'];
  readonly wouldWarn?: RemediatePorts['wouldWarn'];
  readonly pooler?: PoolerAccess | null;
};

/** The ports with the real server and the real clock. */
export function serverPorts(
  target: Target,
  source: CredentialSource,
  log: RemediatePorts['log'],
  { recall = async () => null, tries, wouldWarn, pooler = null, ...options }: Beside = {},
): RemediatePorts {
  let known: Credentials | null = null;
  const pace = newPace();
  let ofPooler: Promise<Credentials | null> | null = null;
  let latest: Promise<Credentials | null> = Promise.resolve(null);
  // The credentials that were read to learn our role's name are used for the first connect too, so that nothing is read
  // twice before slots are free.
  const knownOrRead: CredentialSource = (refused) => {
    const credentials = refused === 0 ? known : null;
    known = null;
    latest = credentials === null ? source(refused) : Promise.resolve(credentials);
    return latest;
  };
  return {
    // Unreadable credentials are reported by the connect that needs them.
    ownRole: async () => {
      known = await source(0).catch(() => null);
      return known?.user ?? null;
    },
    connect: (deadline) => {
      ofPooler ??= pooler?.source?.(0) ?? null;
      ofPooler?.catch(() => {});
      return connect(target, knownOrRead, deadline, { pace, ...options });
    },
    recall,
    tries,
    wouldWarn,
    readPooler: async () => (pooler === null ? null : await readOnDemand(pooler, ofPooler ?? latest)),
    now: Date.now,
    sleep,
    log,
  };
}

/** Most servers have no declared pooler, so its code is loaded where there is one. */
async function readOnDemand(pooler: PoolerAccess, login: Promise<Credentials | null>) {
  const { readPooler } = await import('./pooler/read-pooler.ts');
  return await readPooler(pooler, login);
}
