import type * as z from 'zod/mini';
import type { ReadOnly } from '../base/read-only.ts';
import type { Mode } from '../policy/mode.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';
import type { ownTriesSchema, pauseSchema, recallSchema, resumeSchema } from './codec/recall-schema.ts';

export type OwnTries = ReadOnly<z.output<typeof ownTriesSchema>>;
export type Pause = ReadOnly<z.output<typeof pauseSchema>>;
export type Resume = ReadOnly<z.output<typeof resumeSchema>>;
/** What a run read from memory before it acted. */
export type Recall = ReadOnly<z.output<typeof recallSchema>>;

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
