import type { OutboxMessage, Topic } from './incident.ts';
import type { Memory } from './memory.ts';

/**
 * Messages that wait for a topic, and as many as are remembered. Where a topic takes nothing for long, the oldest are
 * forgotten: whatever delivers their runs again stays silent.
 */
const MOST_WAITING = 4;

/** A run may have two messages: one about itself, and one about what is configured wrong. */
export type OutboxKey = { readonly runId: string; readonly about: 'run' | 'checks' };

export function outboxMessageOf({ untold }: Memory, key: OutboxKey): OutboxMessage | null {
  return untold.find(hasKey(key)) ?? null;
}

export function addToOutbox(memory: Memory, message: Omit<OutboxMessage, 'taken'>): Memory {
  return { ...memory, untold: [...memory.untold, { ...message, taken: [] }].slice(-MOST_WAITING) };
}

/** What these checks found is told, unless people know of it; what they know and is found no more is forgotten. */
export function announceChecks(memory: Memory, runId: string, checks: readonly string[]): Memory {
  if (outboxMessageOf(memory, { runId, about: 'checks' }) !== null) return memory;
  const told = memory.told.filter((check) => checks.includes(check));
  const telling = checks.filter((check) => !told.includes(check));
  const isKnown = told.length === memory.told.length && telling.length + memory.telling.length === 0;
  if (isKnown) return memory;
  // A message that no topic took is replaced by the new one.
  const untold = memory.untold.filter((each) => each.checks.length === 0 || each.taken.length > 0);
  const begun = { ...memory, told, telling, untold };
  return telling.length === 0 ? begun : addToOutbox(begun, { runId, story: null, checks: telling });
}

/**
 * Marks the topics that took a message; once all have it there is nothing to remember of it. What is configured wrong is
 * known from the first topic on: the others get it when its run is delivered again, not with each sweep.
 */
export function markDelivered(
  memory: Memory,
  key: OutboxKey,
  taken: readonly Topic[],
  topics: readonly Topic[],
): Memory {
  const message = outboxMessageOf(memory, key);
  if (message === null) return memory;
  const all = [...new Set([...message.taken, ...taken])];
  const isLeft = topics.some((topic) => !all.includes(topic));
  const isIt = hasKey(key);
  const marked = memory.untold.map((each) => (isIt(each) ? { ...each, taken: all } : each));
  return {
    ...memory,
    told: [...new Set([...memory.told, ...message.checks])],
    telling: memory.telling.filter((check) => !message.checks.includes(check)),
    untold: isLeft ? marked : marked.filter((each) => !isIt(each)),
  };
}

function hasKey({ runId, about }: OutboxKey): (message: OutboxMessage) => boolean {
  return (message) => message.runId === runId && (about === 'checks') === message.checks.length > 0;
}
