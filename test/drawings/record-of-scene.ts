import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import { expectedOutcome } from '../../functions/core/run/outcome-of.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import {
  aHiddenSession,
  aLogLines,
  anAlarm,
  aPolicy,
  aRefused,
  aSession,
  aSnapshot,
} from '../support/builders.ts';
import { recordOf, SWEEP } from '../support/records.ts';
import type { Client, Scene } from './drawing.ts';

const TAKEN_AT_MS = Date.parse('2026-11-21T03:15:43Z');
const OWN_PID = 90;
const FIRST_PID = 4_200;
const RESERVED = 3;
const PROCESSES = ['checkpointer', 'background writer', 'walwriter', 'autovacuum launcher'];

/** The record of a run that only observed: what a server would show of the scene. */
export function recordOfScene(scene: Scene): RunRecord {
  const { clients, uptimeMs, free, version = '16.9', poolers = [], locks, limits = {} } = scene;
  const policy = aPolicy({
    mode: 'observe',
    relieve: { when: { usedPercent: 90 }, until: { usedPercent: 75 } },
    protect: { poolers: [...poolers] },
  });
  const holders = clients.filter(({ backendType }) => backendType === undefined).length;
  const snapshot = aSnapshot({
    server: { ownPid: OWN_PID, version },
    slots: {
      max: holders + free + RESERVED,
      ...(limits.role && { roles: [limits.role] }),
      ...(limits.database && { databases: [limits.database] }),
    },
    sessions: [...ownRows(uptimeMs), ...clients.map((client, at) => rowOf(client, at, scene))],
    ...(locks && { locks }),
  });
  const trigger = triggerOf(scene);
  const plan = planRemediation(snapshot, policy, trigger.kind);
  return recordOf(expectedOutcome(plan, trigger.kind), {
    policy,
    trigger,
    snapshot,
    plan,
    connecting: { attempts: 1, refusals: [] },
  });
}

function ownRows(uptimeMs: number): readonly Session[] {
  const own = { application: 'pg-headroom', user: 'headroom', database: 'postgres', state: 'active' };
  const none = { user: null, database: null, address: '', application: '', state: null, lastStatement: '' };
  return [
    aSession({
      ...own,
      pid: OWN_PID,
      backendStart: serverText(-20),
      stateChange: serverText(0),
      stateAgeMs: 0,
    }),
    ...PROCESSES.map((backendType, at) =>
      aSession({
        ...none,
        backendType,
        pid: 50 + at,
        backendStart: serverText(-uptimeMs + at),
        stateChange: null,
        stateAgeMs: null,
        queryAgeMs: null,
        superuser: null,
      }),
    ),
  ];
}

function rowOf(client: Client, at: number, { isTold = true, hidden = 0 }: Scene): Session {
  const { user, database, application, address, openedAt, state, since, statement } = client;
  const pid = client.pid ?? FIRST_PID + at;
  if (at < hidden) return aHiddenSession({ user, database, application, pid });
  const ageMs = Math.max(0, Math.round(-since));
  return aSession({
    pid,
    user: user === '' ? null : user,
    database: database === '' ? null : database,
    application,
    address,
    state,
    backendStart: serverText(openedAt),
    backendType: client.backendType ?? 'client backend',
    stateChange: serverText(since),
    stateAgeMs: ageMs,
    queryAgeMs: ageMs,
    transactionAgeMs: client.transactionAt === undefined ? null : Math.round(-client.transactionAt),
    waitEvent: client.waitEvent ?? 'ClientRead',
    blockedBy: client.blockedBy ?? [],
    superuser: client.superuser ?? false,
    advisoryLock: client.advisoryLock ?? false,
    lastStatement: isTold ? statement : null,
  });
}

/** As the server writes a moment, whose microseconds it keeps. */
function serverText(at: number): string {
  const ms = TAKEN_AT_MS + at;
  const micros = String(Math.floor((ms - Math.floor(ms)) * 1_000)).padStart(3, '0');
  return `${new Date(Math.floor(ms)).toISOString().slice(0, -1).replace('T', ' ')}${micros}+00`;
}

function triggerOf({ trigger, refused }: Scene): Trigger {
  if (trigger === 'alarm') return anAlarm();
  if (trigger === 'schedule') return SWEEP;
  const moment = (at: number) => new Date(TAKEN_AT_MS + at).toISOString();
  return aLogLines({
    lines: refused.reduce((sum, { count }) => sum + count, 0),
    refused: refused.map(({ count, spanMs, agoMs, user = null, database = null, kind }) =>
      aRefused({
        ...(kind && { kind }),
        user,
        database,
        count,
        clients: 1,
        first: moment(-agoMs - spanMs),
        last: moment(-agoMs),
      }),
    ),
  });
}
