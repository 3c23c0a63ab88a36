import { expect } from 'vitest';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { logDocument, subscriptionEvent } from '../support/events.ts';
import type { Role, ServerOptions, TestServer } from '../support/postgres-server.ts';
import { fillUntilRefused, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A small server that logs as RDS does. */
export const LOGGING_LIKE_RDS = {
  version: 18,
  settings: {
    max_connections: 30,
    superuser_reserved_connections: 3,
    reserved_connections: 3,
    log_line_prefix: '%t:%r:%u@%d:[%p]:',
  },
} as const satisfies ServerOptions;

/** As young as a policy lets sessions be. */
export const POLICY = {
  mode: 'enforce',
  relieve: {
    when: { freeSlots: 3 },
    until: { freeSlots: 10 },
    ladder: [{ state: 'idle', minAge: '10s' }],
  },
  limits: { maxPercent: 100 },
};

/** Fills the server with sessions that are old enough to go. */
export async function fillAndWait(server: TestServer, role: Role): Promise<readonly TestSession[]> {
  const { sessions } = await fillUntilRefused(server, { role, application: 'billing' });
  await waitUntilOld(server, role);
  return sessions;
}

/** Resolves when the role's sessions are old enough to go under `POLICY`. */
export async function waitUntilOld(server: TestServer, role: Role): Promise<void> {
  const isOld = async () => {
    const [row] = await server.query<{ old: boolean }>(
      `SELECT bool_and(clock_timestamp() - state_change > '10s') AS old FROM pg_stat_activity WHERE usename = $1`,
      [role.user],
    );
    return row?.old === true;
  };
  await waitUntil(isOld, { what: 'the sessions were idle for 10 s' });
}

/** The lines of refused clients in the server's log so far, which is where CloudWatch would have them from. */
export function refusalLines(server: TestServer): readonly string[] {
  return server
    .log()
    .split('\n')
    .filter((line) => line.includes('FATAL:'));
}

/** The event of a log subscription with these lines, logged just now or at another moment. */
export function eventOf(lines: readonly string[], at = Date.now(), logStream = 'orders-db.0') {
  return subscriptionEvent(
    logDocument(
      lines.map((message) => ({ message, timestamp: at })),
      { logStream },
    ),
  );
}

/** How many sessions had to end; a session of our own making that is just leaving may be among those in use. */
export function needOf(record: RunRecord | undefined): number {
  const need = record?.plan?.pressure.find(({ scope }) => scope.kind === 'server')?.need ?? 0;
  // From a full server to ten free slots.
  expect(need).toBeGreaterThanOrEqual(10);
  return need;
}
