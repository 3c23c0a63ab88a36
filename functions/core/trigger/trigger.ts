import type { LogLinesTrigger } from './log-lines.ts';

/** What made us run. */
export type Trigger =
  | AlarmTrigger
  | LogLinesTrigger
  | { readonly kind: 'schedule'; readonly at: string | null; readonly id: string | null }
  | { readonly kind: 'manual'; readonly at: string | null }
  | NoticeTrigger;

export type AlarmTrigger = {
  readonly kind: 'alarm';
  readonly alarm: string;
  readonly alarmArn: string;
  readonly state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Set while an alarm's actions are suppressed by another one. */
  readonly suppressedBy: string | null;
  /** The mute rule it is under: EventBridge is told of changes of state all the same. */
  readonly mutedBy: string | null;
  /** Which of its series or log groups it is about, for alarms that watch several. */
  readonly contributor: string | null;
  /** What it watches, where that is not the number of refusals. Absent otherwise, and where the event does not tell. */
  readonly metric?: string | undefined;
};

/** An event that asks for nothing, by its nature. */
export type NoticeTrigger = {
  readonly kind: 'notice';
  /**
   * - `heartbeat`: keeps the function from going inactive.
   * - `control`: CloudWatch Logs tries whether a subscription reaches us.
   * - `own-message`: something that we published or returned has come back to us.
   */
  readonly notice: 'heartbeat' | 'control' | 'own-message';
  readonly at: null;
};

export type TriggerKind = Trigger['kind'];

/** The `source` of our own schedule's input, and of a manual test event. */
export const SCHEDULE_SOURCE = 'pg-headroom.schedule';
/** The `source` of the daily event that only keeps a function in a VPC from going inactive: it opens no connection. */
export const HEARTBEAT_SOURCE = 'pg-headroom.heartbeat';
export const MANUAL_SOURCE = 'pg-headroom.manual';

/** An event that waited longer than this tells of a server that has changed since. */
const STALE_AFTER_MS = 5 * 60_000;

/** Whether somebody was refused, or a human stands for it: it puts limits in view, and is told when nobody looks into it. */
export function isRefusal(kind: TriggerKind): boolean {
  return kind === 'manual' || mentionsRefusal(kind);
}

/** Whether the trigger itself says that somebody was refused, so that a server without pressure leaves it unexplained. */
export function mentionsRefusal(kind: TriggerKind): boolean {
  return kind === 'alarm' || kind === 'log-lines';
}

/** How a run ends that has nothing to do, and why, in a sentence. */
export type Idle = { readonly outcome: 'stale' | 'muted'; readonly why: string };

/** Why nothing is to be done for a trigger, or null. `now` is milliseconds since the epoch. */
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
 * How far an event is dated ahead of us when that is no small difference of clocks, else 0, in milliseconds. Its age is then
 * not known, which is no reason not to look: a run acts on what it measures, never on what its trigger says.
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
