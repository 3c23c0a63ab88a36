import { aboutText } from '../base/words.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

const ALERT_PERCENT = 80;
const HOUR_MS = 3_600_000;
/** A person who is alerted later than this before the last slot is taken cannot prevent it. */
const LEAST_AHEAD_MS = 5 * 60_000;

/** An alert that comes before clients are refused. */
export function watchUsable({ record, snapshot, slots, culprits }: AdviceFacts): readonly Advice[] {
  const { usable } = slots;
  const { provider } = snapshot.server;
  if (!slots.under || usable <= 0) return [];
  const alert = Math.floor((usable * ALERT_PERCENT) / 100);
  const rate = culprits.reduce((sum, { opening }) => sum + (opening?.perHour ?? 0), 0);
  const aheadMs = rate > 0 ? ((usable - alert) / rate) * HOUR_MS : null;
  if (aheadMs !== null && aheadMs < LEAST_AHEAD_MS) return [];
  // Where freed slots were taken again at once, the rate is not that of the next time.
  const isForecast = aheadMs !== null && record.outcome !== 'refilled';
  const early = isForecast
    ? ` At this rate it comes ${aboutText(aheadMs)} before the last slot is taken.`
    : '';
  const reserved = snapshot.slots.max - usable;
  const amazon =
    provider === 'rds' || provider === 'aurora'
      ? " CloudWatch's DatabaseConnections shows fewer than are in use."
      : '';
  return [
    forOperator(
      `Set an alert at ${alert} used slots (${ALERT_PERCENT} % of ${usable}). Do not use max_connections (${snapshot.slots.max})${reserved > 0 ? `: ${reserved} ${reserved === 1 ? 'is' : 'are'} reserved` : ''}.${early}${amazon}`,
    ),
  ];
}
