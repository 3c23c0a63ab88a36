import type { Sign, SlotCountAt } from '../warning/warning-signs.ts';
import type { OutboxMessage } from './incident.ts';
import type { Memory } from './memory.ts';
import { addToOutbox, outboxMessageOf } from './outbox.ts';

/** Why people are warned. Its schema explains the fields. */
export type EarlyWarning = NonNullable<OutboxMessage['warning']>;

/** Puts a warning into the outbox. A run that is delivered again puts no second one there. */
export function noteWarning(memory: Memory, runId: string, warning: EarlyWarning): Memory {
  if (outboxMessageOf(memory, { runId, about: 'warning' }) !== null) return memory;
  return addToOutbox(memory, { runId, story: null, checks: [], warning });
}

export function earlyWarning(sign: Sign, { at, used, usable }: SlotCountAt): EarlyWarning {
  const count = { at: new Date(at).toISOString(), used, usable };
  switch (sign.kind) {
    case 'tier':
      return { ...count, percent: sign.percent, forecast: null };
    case 'forecast': {
      const fullAt = new Date(Math.round(at + sign.fullInMs)).toISOString();
      return { ...count, percent: null, forecast: { fullAt, perHour: Math.round(sign.perHour) } };
    }
    default: {
      const never: never = sign;
      return never;
    }
  }
}
