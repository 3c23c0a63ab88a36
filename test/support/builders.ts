import type { Plan } from '../../functions/core/plan/plan.ts';
import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import { parsePolicyText } from '../../functions/core/policy/parse-policy.ts';
import type { Policy, PolicyText } from '../../functions/core/policy/policy.ts';
import type { Attempt, Reading } from '../../functions/core/run/record.ts';
import type { Session } from '../../functions/core/server/session.ts';
import type { Slots, Snapshot } from '../../functions/core/server/snapshot.ts';
import type { LogLinesTrigger, Refused } from '../../functions/core/trigger/log-lines.ts';
import type { AlarmTrigger, TriggerKind } from '../../functions/core/trigger/trigger.ts';

/** The time of every built snapshot. */
const TAKEN_AT = '2026-11-21 03:15:43.000000+00';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A healthy pool's session that has been idle for an hour: eligible under the default policy. */
export function aSession(fields: Partial<Session> = {}): Session {
  const pid = fields.pid === undefined ? 1_000 : fields.pid;
  return {
    pid,
    sessionId: null,
    backendStart: `2026-11-20 00:00:00.${String(pid ?? 0).padStart(6, '0')}+00`,
    backendType: 'client backend',
    user: 'app',
    database: 'orders',
    application: 'web',
    address: '10.0.0.7',
    state: 'idle',
    stateChange: '2026-11-21 02:15:43.000000+00',
    stateAgeMs: HOUR,
    transactionAgeMs: null,
    queryAgeMs: HOUR,
    // A client owes nothing while its statement runs.
    waitEvent: fields.state === 'active' ? null : 'ClientRead',
    blockedBy: [],
    superuser: false,
    advisoryLock: false,
    temporaryTables: false,
    lastStatement: 'SELECT ?',
    ...fields,
  };
}

/** `count` sessions that differ only in their pids, which count up from `firstPid`. */
export function someSessions(
  count: number,
  firstPid: number,
  fields: Partial<Session> | ((index: number) => Partial<Session>) = {},
): readonly Session[] {
  return Array.from({ length: count }, (_, index) =>
    aSession({ ...(typeof fields === 'function' ? fields(index) : fields), pid: firstPid + index }),
  );
}

/** A row that our role may not read: it shows only names. */
export function aHiddenSession(fields: Partial<Session> = {}): Session {
  return aSession({
    backendStart: null,
    backendType: null,
    address: '',
    state: null,
    stateChange: null,
    stateAgeMs: null,
    queryAgeMs: null,
    waitEvent: null,
    lastStatement: '<insufficient privilege>',
    ...fields,
  });
}

/** 100 connections, 3 of them reserved for superusers: 97 usable. */
export function someSlots(fields: Partial<Slots> = {}): Slots {
  return {
    max: 100,
    superuserReserved: 3,
    reserved: 0,
    providerReserved: 0,
    walSenders: 10,
    roles: [],
    databases: [],
    ...fields,
  };
}

export function aSnapshot(
  fields: Partial<Omit<Snapshot, 'server' | 'slots'>> & {
    readonly server?: Partial<Snapshot['server']>;
    readonly slots?: Partial<Slots>;
  } = {},
): Snapshot {
  return {
    takenAt: TAKEN_AT,
    sessions: [],
    refusals: [],
    pooler: null,
    ...fields,
    server: {
      flavor: 'postgresql',
      version: '18.4',
      provider: null,
      ownPid: null,
      readsAllStats: true,
      ...fields.server,
    },
    slots: someSlots(fields.slots),
  };
}

/** A policy as people write it: every key is optional. */
export type WrittenPolicy = {
  readonly mode?: PolicyText['mode'];
  readonly relieve?: Partial<PolicyText['relieve']>;
  readonly reap?: PolicyText['reap'];
  readonly limits?: Partial<PolicyText['limits']>;
  readonly include?: Partial<PolicyText['include']>;
  readonly protect?: Partial<PolicyText['protect']>;
};

/** Parsed like every policy: from JSON, by the one parser. */
export function aPolicy(written: WrittenPolicy = {}): Policy {
  return parsePolicyText(JSON.stringify(written));
}

export function aPlan(
  fields: { readonly snapshot?: Snapshot; readonly policy?: Policy; readonly trigger?: TriggerKind } = {},
): Plan {
  return planRemediation(
    fields.snapshot ?? aSnapshot(),
    fields.policy ?? aPolicy(),
    fields.trigger ?? 'alarm',
  );
}

/** The result of a session's termination; by default it worked. */
export function anAttempt(session: Session, fields: Partial<Attempt> = {}): Attempt {
  const { pid, backendStart } = session;
  return { pid: pid ?? 0, backendStart, round: 1, guard: 'signalled', result: 'terminated', ...fields };
}

export function aReading(fields: Partial<Reading> = {}): Reading {
  return { phase: 'settled', atMs: 4 * SECOND, pressure: [], came: [], gone: 0, ...fields };
}

export function anAlarm(fields: Partial<AlarmTrigger> = {}): AlarmTrigger {
  return {
    kind: 'alarm',
    alarm: 'orders-db-too-many-clients',
    alarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-db-too-many-clients',
    state: 'ALARM',
    reason: 'Threshold Crossed',
    at: '2026-11-21T03:15:42.512Z',
    suppressedBy: null,
    mutedBy: null,
    contributor: null,
    ...fields,
  };
}

/** One client that was refused once because no slot was free. */
export function aRefused(fields: Partial<Refused> = {}): Refused {
  const first = '2026-11-21T03:15:20.000Z';
  const who = { user: 'app', database: 'orders', address: '10.0.3.17' };
  return { kind: 'reserved', ...who, count: 1, clients: 1, first, last: first, ...fields };
}

export function aLogLines(fields: Partial<LogLinesTrigger> = {}): LogLinesTrigger {
  return {
    kind: 'log-lines',
    at: '2026-11-21T03:15:42.000Z',
    logGroup: '/aws/rds/instance/orders-db/postgresql',
    logStream: 'orders-db.0',
    lines: 1,
    refused: [aRefused()],
    own: 0,
    elsewhere: 0,
    figures: null,
    ...fields,
  };
}
