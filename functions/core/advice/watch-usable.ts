import { aboutText } from '../base/words.ts';
import { DEFAULT_WARNINGS } from '../warning/warning-settings.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

const HOUR_MS = 3_600_000;
/** A person who is warned later than this before the last slot is taken cannot prevent it. */
const LEAST_AHEAD_MS = 5 * 60_000;

/**
 * A warning that comes before clients are refused. It is ours, not an alarm that people make. Where a run has a memory,
 * people are warned already.
 */
export function watchUsable({ record, slots, culprits }: AdviceFacts): readonly Advice[] {
  const { usable } = slots;
  if (record.recall !== null || !slots.under || usable <= 0) return [];
  const [percent = 0] = DEFAULT_WARNINGS.tiers;
  const tier = Math.floor((usable * percent) / 100);
  const rate = culprits.reduce((sum, { opening }) => sum + (opening?.perHour ?? 0), 0);
  const aheadMs = rate > 0 ? ((usable - tier) / rate) * HOUR_MS : null;
  if (aheadMs !== null && aheadMs < LEAST_AHEAD_MS) return [];
  // Where freed slots were taken again at once, the rate is not that of the next time.
  const isForecast = aheadMs !== null && record.outcome !== 'refilled';
  const early = isForecast ? `, at this rate ${aboutText(aheadMs)} before the last slot is taken` : '';
  return [
    forOperator(
      `Be warned earlier: with a memory table pg-headroom tells people from ${tier} used slots on (${percent} % of ${usable})${early}.`,
    ),
  ];
}
