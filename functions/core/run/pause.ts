import type { Problem } from '../base/errors.ts';
import type { Mode } from '../policy/policy.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';

/**
 * Tries of one run to get in that came to nothing. The server wrote a line for each of them, from `from` to `to` (ISO 8601,
 * our clock), which shows that we were refused and not that anybody else was.
 */
export type OwnTries = {
  readonly from: string;
  readonly to: string;
  /** Tries that the server refused with 53300, or that ended without an answer. */
  readonly tries: number;
  /** Our address as we saw it; null where no try reached the server. */
  readonly address: string | null;
};
/**
 * While it lasts, runs only look: who said so, when (ISO 8601, UTC), and why. `until` is when it ends by itself: the
 * breaker's do, people's do not.
 */
export type Pause = {
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
  readonly until: string | null;
};

/** What a run learnt from memory before it acted. */
export type Recall =
  | {
      readonly kind: 'read';
      readonly table: string;
      readonly paused: Pause | null;
      /** Absent in records from before they were remembered. */
      readonly ownTries?: readonly OwnTries[] | undefined;
    }
  | { readonly kind: 'unreadable'; readonly table: string; readonly problem: Problem };

/**
 * The mode in which a run acts. Who cannot read whether it is paused acts where somebody was refused, for there a server
 * is in need, and only observes where nobody was.
 */
export function modeInForce(mode: Mode, recall: Recall | null, trigger: TriggerKind): Mode {
  return mode === 'enforce' && recall?.kind === 'unreadable' && !isRefusal(trigger) ? 'observe' : mode;
}

export function pauseIn(recall: Recall | null): Pause | null {
  return recall?.kind === 'read' ? recall.paused : null;
}

/** Our own refused tries of the last runs, as far as memory tells. */
export function ownTriesIn(recall: Recall | null): readonly OwnTries[] {
  return recall?.kind === 'read' ? (recall.ownTries ?? []) : [];
}

/** The pause, unless it has ended by itself; `now` is milliseconds since the epoch. */
export function pauseAt(paused: Pause | null, now: number): Pause | null {
  return paused === null || paused.until === null || now < Date.parse(paused.until) ? paused : null;
}
