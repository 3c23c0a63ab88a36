import type { Problem } from '../base/errors.ts';
import type { Mode } from '../policy/policy.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';

/**
 * Failed tries of one run to connect. The server logged a line for each of them, between `from` and `to` (ISO
 * 8601, our clock). Such a line shows that we were refused, and does not show that other clients were.
 */
export type OwnTries = {
  readonly from: string;
  readonly to: string;
  /** Tries that the server refused with 53300, or that had no answer. */
  readonly tries: number;
  /** Our address as we saw it. Null when no try reached the server. */
  readonly address: string | null;
};
/**
 * While a pause lasts, runs only observe. It says who paused, when (ISO 8601, UTC), and why. `until` is when
 * the pause ends without a person: the breaker sets it, people do not.
 */
export type Pause = {
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
  readonly until: string | null;
};

/** What a run read from memory before it acted. */
export type Recall =
  | {
      readonly kind: 'read';
      readonly table: string;
      readonly paused: Pause | null;
      /** Absent in older records. */
      readonly ownTries?: readonly OwnTries[] | undefined;
    }
  | { readonly kind: 'unreadable'; readonly table: string; readonly problem: Problem };

/**
 * The mode in which a run acts. When memory is unreadable, the run does not know whether runs are paused.
 * After a refusal it then acts, because a server is in need. On the schedule it only observes.
 */
export function modeInForce(mode: Mode, recall: Recall | null, trigger: TriggerKind): Mode {
  return mode === 'enforce' && recall?.kind === 'unreadable' && !isRefusal(trigger) ? 'observe' : mode;
}

export function pauseIn(recall: Recall | null): Pause | null {
  return recall?.kind === 'read' ? recall.paused : null;
}

/** Our own refused tries of the last runs, as far as memory has them. */
export function ownTriesIn(recall: Recall | null): readonly OwnTries[] {
  return recall?.kind === 'read' ? (recall.ownTries ?? []) : [];
}

/** The pause, or null when it has ended by itself. `now` is in milliseconds since the epoch. */
export function pauseAt(paused: Pause | null, now: number): Pause | null {
  return paused === null || paused.until === null || now < Date.parse(paused.until) ? paused : null;
}
