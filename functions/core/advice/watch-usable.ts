import { ageText } from '../base/words.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

const ALERT_PERCENT = 80;
const MINUTE_MS = 60_000;

/** An alert that comes before clients are refused. */
export function watchUsable({ snapshot, slots, suspects }: AdviceFacts): readonly Advice[] {
  const { usable } = slots;
  const { provider } = snapshot.server;
  if (!slots.under || usable <= 0) return [];
  const alert = Math.floor((usable * ALERT_PERCENT) / 100);
  const rate = suspects.reduce((sum, { opening }) => sum + (opening?.perHour ?? 0), 0);
  const early =
    rate > 0
      ? `, at this rate ${ageText(wholeMinutes((usable - alert) / rate))} before the last is gone`
      : '';
  const amazon =
    provider === 'rds' || provider === 'aurora'
      ? " CloudWatch's DatabaseConnections reads lower than what is in use."
      : '';
  return [
    forOperator(
      `Alert when ${alert} of the ${usable} usable slots are in use (${ALERT_PERCENT} %)${early}, not by max_connections (${snapshot.slots.max}).${amazon}`,
    ),
  ];
}

function wholeMinutes(hours: number): number {
  return Math.max(1, Math.round(hours * 60)) * MINUTE_MS;
}
