import { IDLE_STATES } from '../../core/server/session.ts';

/** What people tell apart at a glance. Each kind has a colour, a pattern and a word. */
export const STATE_KINDS = ['busy', 'idle', 'in-tx', 'other'] as const;
export type StateKind = (typeof STATE_KINDS)[number];

export const KIND_WORDS: Readonly<Record<StateKind, string>> = {
  busy: 'busy',
  idle: 'idle',
  'in-tx': 'idle in transaction',
  other: 'other or unknown',
};

/** How many of some sessions are of each kind. */
export type KindCounts = Readonly<Record<StateKind, number>>;

export function kindOf(state: string | null): StateKind {
  if (state === 'active' || state === 'fastpath function call') return 'busy';
  if (state === 'idle') return 'idle';
  return IDLE_STATES.some((idle) => idle === state) ? 'in-tx' : 'other';
}

export function countKinds(
  states: readonly { readonly state: string | null; readonly count: number }[],
): KindCounts {
  const counts = { busy: 0, idle: 0, 'in-tx': 0, other: 0 };
  for (const { state, count } of states) counts[kindOf(state)] += count;
  return counts;
}

/** `17 busy, 7 idle`. */
export function kindsText(counts: KindCounts): string {
  return STATE_KINDS.filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${KIND_WORDS[kind]}`)
    .join(', ');
}
