import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { LogLinesTrigger } from './log-lines.ts';
import type { triggerSchema } from './trigger-schema.ts';

type KeptTrigger = ReadOnly<z.output<typeof triggerSchema>>;

/** What started the run. */
export type Trigger = Exclude<KeptTrigger, { kind: 'log-lines' }> | LogLinesTrigger;
export type AlarmTrigger = Extract<Trigger, { kind: 'alarm' }>;
export type NoticeTrigger = Extract<Trigger, { kind: 'notice' }>;
export type TriggerKind = Trigger['kind'];

/** The `source` of our own schedule's input, and of a manual test event. */
export const SCHEDULE_SOURCE = 'pg-headroom.schedule';
/**
 * The `source` of the daily event that keeps a function in a VPC from going inactive. It opens no connection.
 */
export const HEARTBEAT_SOURCE = 'pg-headroom.heartbeat';
export const MANUAL_SOURCE = 'pg-headroom.manual';

/** After a longer wait the server has changed, so that the event says nothing about it. */
const STALE_AFTER_MS = 5 * 60_000;

/**
 * Whether clients were refused, or a person asks. Then connection limits are looked at as well, and a run
 * without pressure is reported.
 */
export function isRefusal(kind: TriggerKind): boolean {
  return kind === 'manual' || mentionsRefusal(kind);
}

/**
 * Whether the trigger itself says that clients were refused. When the server is then not under pressure, the
 * refusals are unexplained.
 */
export function mentionsRefusal(kind: TriggerKind): boolean {
  return kind === 'alarm' || kind === 'log-lines';
}

/** The outcome of a run that has nothing to do, and the reason as a sentence. */
export type Idle = { readonly outcome: 'stale' | 'muted'; readonly why: string };

/** Why a trigger needs no run, or null when it needs one. `now` is in milliseconds since the epoch. */
export function idleReason(trigger: Trigger, now: number): Idle | null {
  const why = muteReason(trigger);
  if (why !== null) return { outcome: 'muted', why };
  if (trigger.at === null || now - Date.parse(trigger.at) <= STALE_AFTER_MS) return null;
  return {
    outcome: 'stale',
    why: 'The event is older than 5 minutes: the server has changed since, and clients that are refused now make an event of their own.',
  };
}

/**
 * How many milliseconds the event is dated ahead of us. 0 when the difference is small, as between two
 * clocks. The age of such an event is not known, but it starts a run all the same: a run acts on its own
 * measurements, never on what its trigger says.
 */
export function aheadMs({ at }: Trigger, now: number): number {
  const ahead = at === null ? 0 : Date.parse(at) - now;
  return ahead > STALE_AFTER_MS ? ahead : 0;
}

function muteReason(trigger: Trigger): string | null {
  switch (trigger.kind) {
    case 'alarm':
      return mutedAlarm(trigger);
    case 'log-lines':
      return mutedLines(trigger);
    case 'notice':
      return NOTICES[trigger.notice];
    case 'schedule':
    case 'manual':
      return null;
    default: {
      const never: never = trigger;
      return never;
    }
  }
}

function mutedAlarm({ state, suppressedBy, mutedBy }: AlarmTrigger): string | null {
  if (state !== 'ALARM') return `The alarm went to ${state}, and only one that goes to ALARM is acted on.`;
  if (suppressedBy !== null) return `The alarm's actions are suppressed (${suppressedBy}).`;
  return mutedBy === null ? null : `The alarm is muted (${mutedBy}).`;
}

function mutedLines({
  refused,
  elsewhere,
  own,
  tries = 0,
  lines,
  logStream,
}: LogLinesTrigger): string | null {
  if (refused.length > 0) return null;
  if (elsewhere > 0) return `The lines are of another server: their log stream is ${logStream}.`;
  if (tries > 0) return `All refusals in the lines (${own + tries}) are of our own tries to get in.`;
  if (own > 0) return `All refusals in the lines (${own}) are of our own role.`;
  return `None of the lines (${lines}) tells of a refusal.`;
}

const NOTICES: Readonly<Record<NoticeTrigger['notice'], string>> = {
  heartbeat: 'The heartbeat only keeps this function from going inactive.',
  control: 'CloudWatch Logs only tries whether its subscription reaches this function.',
  'own-message': 'It is a message or a result of our own that has come back.',
};
