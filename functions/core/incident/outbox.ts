import type { OutboxMessage, Topic } from './incident.ts';
import type { Memory } from './memory.ts';

/**
 * How many messages memory keeps until every topic has taken them. When a topic refuses for long, the oldest
 * are dropped, and another delivery of their runs publishes nothing.
 */
const MOST_WAITING = 4;

/** Identifies one message. A run may have two: one about itself, and one about misconfigurations. */
export type OutboxKey = { readonly runId: string; readonly about: 'run' | 'checks' | 'observed' | 'warning' };

export function outboxMessageOf({ untold }: Memory, key: OutboxKey): OutboxMessage | null {
  return untold.find(hasKey(key)) ?? null;
}

export function addToOutbox(memory: Memory, message: Omit<OutboxMessage, 'taken'>): Memory {
  return { ...memory, untold: [...memory.untold, { ...message, taken: [] }].slice(-MOST_WAITING) };
}

/**
 * Puts a message about these misconfigurations into the outbox, unless people know all of them. Forgets those
 * that are gone.
 */
export function announceChecks(memory: Memory, runId: string, checks: readonly string[]): Memory {
  if (outboxMessageOf(memory, { runId, about: 'checks' }) !== null) return memory;
  const told = memory.told.filter((check) => checks.includes(check));
  const telling = checks.filter((check) => !told.includes(check));
  const isKnown = told.length === memory.told.length && telling.length + memory.telling.length === 0;
  if (isKnown) return memory;
  // The new message replaces one that no topic has taken.
  const untold = memory.untold.filter((each) => each.checks.length === 0 || each.taken.length > 0);
  const begun = { ...memory, told, telling, untold };
  return telling.length === 0 ? begun : addToOutbox(begun, { runId, story: null, checks: telling });
}

/**
 * Marks the topics that took a message, and drops the message once all have. A misconfiguration counts as
 * known once one topic has taken it. The other topics get the message when its run is delivered again, not
 * with each scheduled run.
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

function aboutOf({ checks, observed, warning }: OutboxMessage): OutboxKey['about'] {
  if (warning !== undefined) return 'warning';
  if (observed !== undefined) return 'observed';
  return checks.length > 0 ? 'checks' : 'run';
}

function hasKey({ runId, about }: OutboxKey): (message: OutboxMessage) => boolean {
  return (message) => message.runId === runId && about === aboutOf(message);
}
