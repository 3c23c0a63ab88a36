import type { Topic, Untold } from './incident.ts';
import type { Memory } from './memory.ts';

/**
 * Messages that wait for a topic, and as many as are remembered. Where a topic takes nothing for long, the oldest are
 * forgotten: whatever delivers their runs again stays silent.
 */
const MOST_UNTOLD = 4;

/** A run may have two messages: one about itself, and one about what is configured wrong. */
export type Telling = { readonly runId: string; readonly about: 'run' | 'checks' };

export function untoldOf({ untold }: Memory, telling: Telling): Untold | null {
  return untold.find(isThat(telling)) ?? null;
}

export function addUntold(memory: Memory, message: Omit<Untold, 'taken'>): Memory {
  return { ...memory, untold: [...memory.untold, { ...message, taken: [] }].slice(-MOST_UNTOLD) };
}

/** What these checks found is told, unless people know of it; what they know and is found no more is forgotten. */
export function beginChecks(memory: Memory, runId: string, checks: readonly string[]): Memory {
  if (untoldOf(memory, { runId, about: 'checks' }) !== null) return memory;
  const told = memory.told.filter((check) => checks.includes(check));
  const telling = checks.filter((check) => !told.includes(check));
  const isKnown = told.length === memory.told.length && telling.length + memory.telling.length === 0;
  if (isKnown) return memory;
  // A message that no topic took is replaced by the new one.
  const untold = memory.untold.filter((each) => each.checks.length === 0 || each.taken.length > 0);
  const begun = { ...memory, told, telling, untold };
  return telling.length === 0 ? begun : addUntold(begun, { runId, story: null, checks: telling });
}

/**
 * Marks the topics that took a message; once all have it there is nothing to remember of it. What is configured wrong is
 * known from the first topic on: the others get it when its run is delivered again, not with each sweep.
 */
export function markTaken(
  memory: Memory,
  telling: Telling,
  taken: readonly Topic[],
  topics: readonly Topic[],
): Memory {
  const message = untoldOf(memory, telling);
  if (message === null) return memory;
  const all = [...new Set([...message.taken, ...taken])];
  const isLeft = topics.some((topic) => !all.includes(topic));
  const isIt = isThat(telling);
  const marked = memory.untold.map((each) => (isIt(each) ? { ...each, taken: all } : each));
  return {
    ...memory,
    told: [...new Set([...memory.told, ...message.checks])],
    telling: memory.telling.filter((check) => !message.checks.includes(check)),
    untold: isLeft ? marked : marked.filter((each) => !isIt(each)),
  };
}

function isThat({ runId, about }: Telling): (message: Untold) => boolean {
  return (message) => message.runId === runId && (about === 'checks') === message.checks.length > 0;
}
