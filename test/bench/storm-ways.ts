import { setTimeout as sleep } from 'node:timers/promises';
import { attemptSession } from '../../functions/postgres/connection/attempt.ts';
import type { OpenSession } from '../../functions/postgres/connection/open-session.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { Role } from '../support/postgres-server.ts';
import type { Address } from '../support/proxy.ts';
import { inMs, targetOf } from '../support/targets.ts';

/** A run tries to connect for this long. */
export const CONNECT_MS = 20_000;
const SECOND_MS = 1_000;
/** The waits of the connect loop while its tries come close together. */
const WAIT_MS = [5, 20] as const;

/** The result of trying to connect: the time it took (null without success) and the number of tries. */
export type Tried = { readonly tookMs: number | null; readonly tries: number };

/** One way to connect. It always closes its connection at the end. */
export type Way = (server: Address, role: Role) => Promise<Tried>;

/** The product's way. */
export const connectLoop: Way = async (server, role) => {
  const startedAt = performance.now();
  const ports = serverPorts(
    targetOf(server),
    async () => role,
    () => {},
  );
  const connection = await ports.connect(inMs(CONNECT_MS));
  const tookMs = performance.now() - startedAt;
  const tries = connection.connecting.attempts;
  if ('problem' in connection) return { tookMs: null, tries };
  await connection.database.close();
  return { tookMs, tries };
};

export const singleConnect: Way = async (server, role) => {
  const startedAt = performance.now();
  const attempted = await attemptSession(targetOf(server), false, role);
  if (attempted.kind !== 'in') return { tookMs: null, tries: 1 };
  const tookMs = performance.now() - startedAt;
  await attempted.session.close();
  return { tookMs, tries: 1 };
};

export const retryEachSecond: Way = async (server, role) => {
  const startedAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    const { tookMs } = await singleConnect(server, role);
    if (tookMs !== null) return { tookMs: performance.now() - startedAt, tries };
    const next = startedAt + tries * SECOND_MS;
    if (next >= startedAt + CONNECT_MS) return { tookMs: null, tries };
    await sleep(Math.max(0, next - performance.now()));
  }
};

/** The waits of the connect loop, with another number of connects in flight. */
export function inFlight(lanes: number): Way {
  return async (server, role) => {
    const startedAt = performance.now();
    const over = new AbortController();
    const sessions: OpenSession[] = [];
    let tries = 0;
    const keepTrying = async () => {
      while (!over.signal.aborted && performance.now() - startedAt < CONNECT_MS) {
        tries += 1;
        const attempted = await attemptSession(targetOf(server), false, role, {
          withinMs: CONNECT_MS,
          over: over.signal,
        });
        if (attempted.kind === 'in') {
          sessions.push(attempted.session);
          over.abort();
        } else await sleep(WAIT_MS[0] + Math.random() * (WAIT_MS[1] - WAIT_MS[0]));
      }
    };
    await Promise.all(Array.from({ length: lanes }, keepTrying));
    const tookMs = performance.now() - startedAt;
    await Promise.all(sessions.map((session) => session.close()));
    return { tookMs: sessions.length > 0 ? tookMs : null, tries };
  };
}
