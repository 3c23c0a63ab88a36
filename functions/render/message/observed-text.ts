import { cleanName } from '../../core/base/clean-text.ts';
import type { RunRecord } from '../../core/run/record.ts';

/** A proof that failed names a person, how it failed and a command. */
const MOST_REASON = 350;

/** That nothing was ended in mode `observe`, and what of a fleet held the mode down. A declared server's mode is its policy's. */
export function observedText({ fleet }: Pick<RunRecord, 'fleet'>, ended: 'ended' | 'terminated'): string {
  const reasons = heldDownBy({ fleet });
  return `Observed only${reasons === null ? '' : ` (${reasons})`}: nothing was ${ended}.`;
}

/** Everything that held the mode of a fleet's database down; null for a declared server. */
export function heldDownBy({ fleet }: Pick<RunRecord, 'fleet'>): string | null {
  const reasons = fleet?.limits.map(({ why }) => cleanName(why, MOST_REASON)) ?? [];
  return reasons.length === 0 ? null : reasons.join('; ');
}
