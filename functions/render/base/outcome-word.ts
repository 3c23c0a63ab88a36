import type { Outcome } from '../../core/run/outcome.ts';

/** An outcome as people read it, such as `no candidates`. */
export function outcomeWord(outcome: Outcome): string {
  return outcome.replaceAll('-', ' ');
}
