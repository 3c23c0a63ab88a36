import { memoizeByObject } from '../core/base/memoize.ts';
import { factsOfRun } from '../core/fleet/found-in-run.ts';
import type { FleetRunEvent } from '../core/fleet/run-event.ts';
import type { Policy } from '../core/policy/policy.ts';
import { packRecord } from '../core/run/codec/run-result.ts';
import type { RunRecord } from '../core/run/record.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { remediate } from '../remediate/remediate.ts';
import type { RunRequest } from '../remediate/run.ts';
import type { FleetRunPorts } from './fleet-run-ports.ts';
import { isQuietRun } from './is-quiet-run.ts';
import { databaseIn, policyToRead, type ResolvedRun, resolveRun } from './resolve-run.ts';

/** The invocation of a run. */
type Invocation = Pick<RunRequest, 'runId' | 'deadline'>;

/**
 * One run of one database of a fleet. What may be done is read from the registry before anything is touched; where that
 * cannot be read, nothing is done. A quiet run leaves a line in the log and nothing else.
 * @throws RemediationError `registry-unreadable`, `memory-unreadable`, or `registry-unwritable` when its record got lost.
 */
export async function fleetRun(
  event: FleetRunEvent,
  invocation: Invocation,
  ports: FleetRunPorts,
): Promise<RunRecord | null> {
  const read = await ports.readRun(event.database, event.policy);
  const database = databaseIn(read);
  const other = policyToRead(event, database);
  const rows = other === null ? read : { ...read, policy: await ports.readPolicy(other) };
  const run = resolveRun(rows, ports.now(), database);
  const { runId } = invocation;
  if ('why' in run) {
    ports.log('nothing-to-do', { runId, database: event.database, why: run.why });
    return null;
  }
  const record = await remediate(requestOf(event, invocation, run), ports.portsOf(run));
  const facts = factsOfRun(record, run.memory.fleet?.busyAt != null);
  if (isQuietRun(record, facts, run.memory, ports.now())) {
    ports.log('quiet-run', { runId, database: event.database, name: record.server, outcome: record.outcome });
    return record;
  }
  await ports.post({ key: event.database, run: runId, result: packRecord(record, 'few'), facts });
  return record;
}

/** The rules in each mode. One object for each, so that its hash is computed once. */
const inModes = memoizeByObject((policy: Policy) => ({
  off: { ...policy, mode: 'off' as const },
  observe: { ...policy, mode: 'observe' as const },
  enforce: { ...policy, mode: 'enforce' as const },
}));

function requestOf(event: FleetRunEvent, invocation: Invocation, run: ResolvedRun): RunRequest {
  const { database, mode, policy, role } = run;
  return {
    ...invocation,
    server: database.name,
    policy: inModes(policy.policy)[mode.mode],
    trigger: triggerOf(event, run),
    logStream: database.name,
    maySignal: mode.maySignal,
    fleet: {
      key: database.key,
      policy: policy.name,
      policyHash: policy.hash,
      role,
      limits: [...mode.limits],
    },
  };
}

/** The lines themselves are not used: the event only says that there was one. */
function triggerOf({ trigger, at }: FleetRunEvent, { database }: ResolvedRun): Trigger {
  // Which database the alarm is about is not known: most of those that it starts are healthy, as in a sweep.
  if (trigger !== 'refusal') return { kind: 'schedule', at, id: null };
  return {
    kind: 'log-lines',
    at,
    logGroup: database.logGroup ?? '',
    logStream: database.name,
    lines: 1,
    refused: [
      {
        ...{ kind: 'unknown-53300', user: null, database: null, address: null, count: 1, clients: 1 },
        // `intake` has taken off the lines of our own tries.
        ...{ first: at, last: at, times: [] },
      },
    ],
    ...{ own: 0, elsewhere: 0, figures: null },
  };
}
