import type { Mode } from '../../functions/core/policy/mode.ts';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { Policy } from '../../functions/core/policy/policy.ts';
import type { AttemptResult, RunRecord } from '../../functions/core/run/record.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import { serverPorts } from '../../functions/postgres/server-ports.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import type { RunRequest } from '../../functions/remediate/run.ts';
import { anAlarm } from './builders.ts';
import type { Role } from './postgres-server.ts';
import type { TestSession } from './sessions.ts';
import { inMs, type Place, targetOf } from './targets.ts';

/** Runs of the real workflow against real servers. */

/** A longer sleep is the wait for the last reading, which is not needed where no newcomer is expected. */
const LONG_MS = 1_000;
const AN_HOUR_MS = 3_600_000;

/** A policy that may end sessions which have only just become idle, so that tests do not wait for 10 s. */
export function eagerPolicy(mode: Mode, until: { readonly freeSlots: number }): Policy {
  const policy = parsePolicy({
    mode,
    relieve: { when: { freeSlots: 3 }, until },
    limits: { maxPercent: 100 },
  });
  return { ...policy, relieve: { ...policy.relieve, ladder: [{ state: 'idle', minAgeMs: 0 }] } };
}

export const SWEEP: Trigger = { kind: 'schedule', at: null, id: null };

/** An alarm with the present time. */
export function alarmNow(): Trigger {
  return anAlarm({ at: new Date().toISOString() });
}

export function aRequest(fields: Pick<RunRequest, 'policy'> & Partial<RunRequest>): RunRequest {
  return {
    runId: 'run-1',
    server: 'orders',
    trigger: alarmNow(),
    logStream: null,
    deadline: inMs(30_000),
    ...fields,
  };
}

/** The server's own ports, but settling takes no time. What happens `whileSettling` is over before the last reading. */
export function briskPorts(
  address: Place,
  role: Role,
  whileSettling: () => Promise<unknown> = async () => {},
): RemediatePorts {
  const ports = serverPorts(
    targetOf(address),
    async () => role,
    () => {},
  );
  return brisk(ports, whileSettling);
}

/** The same for any ports. */
export function brisk(
  ports: RemediatePorts,
  whileSettling: () => Promise<unknown> = async () => {},
): RemediatePorts {
  const sleep: RemediatePorts['sleep'] = async (ms, signal) => {
    if (signal !== undefined || ms < LONG_MS) await ports.sleep(ms, signal);
    else await whileSettling();
  };
  return { ...ports, sleep };
}

/** The same ports, but the session that they open is changed. */
export function withDatabase(
  ports: RemediatePorts,
  change: (database: Database) => Database,
): RemediatePorts {
  const connect: RemediatePorts['connect'] = async (deadline) => {
    const connection = await ports.connect(deadline);
    return 'problem' in connection ? connection : { ...connection, database: change(connection.database) };
  };
  return { ...ports, connect };
}

/** The same ports, but the time of a run is up once another session was seen to hold the lock, however slow the machine is. */
export function untilLockIsTaken(ports: RemediatePorts): RemediatePorts {
  let isTaken = false;
  const lent = withDatabase(ports, (database) => ({
    ...database,
    tryLock: async () => {
      const attempt = await database.tryLock();
      isTaken ||= !attempt.locked;
      return attempt;
    },
  }));
  return { ...lent, now: () => ports.now() + (isTaken ? AN_HOUR_MS : 0) };
}

/** Ports for two runs at the same moment: neither goes on before both have connected. */
export function bothIn(ports: RemediatePorts): RemediatePorts {
  const second = Promise.withResolvers<void>();
  let inside = 0;
  const connect: RemediatePorts['connect'] = async (deadline) => {
    const connection = await ports.connect(deadline);
    inside += 1;
    if (inside === 2) second.resolve();
    await second.promise;
    return connection;
  };
  return { ...ports, connect };
}

/** How many attempts had which result. */
export function resultsOf({ attempts }: RunRecord): Partial<Record<AttemptResult, number>> {
  const counts: Partial<Record<AttemptResult, number>> = {};
  for (const { result } of attempts) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

/** The pids of a plan's victims, in the order in which they end. */
export function victimsOf({ plan }: RunRecord): readonly (number | null)[] {
  return plan?.victims.map(({ session }) => session.pid) ?? [];
}

/** The sessions that are over, once the clients of the terminated ones have noticed. */
export async function endedOf(
  sessions: readonly TestSession[],
  { attempts }: RunRecord,
): Promise<readonly TestSession[]> {
  const terminated = new Set(attempts.filter(({ result }) => result === 'terminated').map(({ pid }) => pid));
  await Promise.all(sessions.filter(({ pid }) => terminated.has(pid)).map(({ ended }) => ended));
  return sessions.filter((session) => !session.isOpen());
}
