import { counted } from '../base/words.ts';
import { poolerSizes } from '../server/pooler-sizes.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** PgBouncer's `client_idle_timeout` passes over clients that have a session. */
export const SESSION_MODE =
  'In session mode an idle client keeps its session, and client_idle_timeout does not end it: use pool_mode = transaction, or idle_session_timeout of the role, which ends its client as well.';

/** Whether the console says that a client keeps its session until it leaves. */
function isSessionMode({ pooler }: Pick<AdviceFacts['snapshot'], 'pooler'>): boolean {
  const modes = pooler?.pools.map(({ mode }) => mode ?? pooler.settings.mode) ?? [];
  return modes.length > 0 && modes.every((mode) => mode === 'session');
}

/**
 * PgBouncer's settings, computed from its console: how much room it has here, and how many sessions it may
 * open.
 */
export function poolerSettings({ snapshot }: Pick<AdviceFacts, 'snapshot'>): readonly Advice[] {
  const sizes = poolerSizes(snapshot);
  const settings = snapshot.pooler?.settings;
  if (sizes === null || settings === undefined) return [];
  const { pools, most, room, defaultPoolSize, maxClientConn, serverIdleTimeoutS, queryWaitTimeoutS } = sizes;
  const takes = most === null ? '' : ` and may take ${counted(most, 'slot')} with its current settings`;
  const isFull = snapshot.refusals.some(({ kind, name }) => kind === 'pooler' && name === null);
  const full = isFull
    ? `PgBouncer has ${snapshot.pooler?.clientCount} clients and takes no more. Let it take ${maxClientConn}. `
    : '';
  const isSession = isSessionMode(snapshot);
  const text = `${full}PgBouncer has ${counted(pools, 'pool')} here${takes}. Other clients and a margin leave it ${counted(room, 'slot')}. Let each pool have at most ${counted(defaultPoolSize, 'session')}. RELOAD in its console applies it. ${isSession ? SESSION_MODE : 'A setting of the same name for a database or user overrides it.'}`;
  const { defaultPoolSize: size, mostClients, serverIdleTimeoutMs, queryWaitTimeoutMs } = settings;
  return [
    forOperator(text, {
      language: 'ini',
      lines: [
        '[pgbouncer]',
        `default_pool_size = ${defaultPoolSize}`,
        `max_client_conn = ${maxClientConn}`,
        `server_idle_timeout = ${serverIdleTimeoutS}`,
        `query_wait_timeout = ${queryWaitTimeoutS}`,
      ],
      undo: [
        '[pgbouncer]',
        ...before('default_pool_size', size),
        ...before('max_client_conn', mostClients),
        ...before('server_idle_timeout', secondsOf(serverIdleTimeoutMs)),
        ...before('query_wait_timeout', secondsOf(queryWaitTimeoutMs)),
      ],
    }),
  ];
}

function before(name: string, value: number | null): readonly string[] {
  return value === null ? [] : [`${name} = ${value}`];
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
