import { ageText, counted, rateText } from '../base/words.ts';
import type { Steady } from './opening-rate.ts';
import type { Varying } from './varying-openings.ts';

const HOUR_MS = 3_600_000;

/** How fast a leak opened its sessions: its rate, or average and range, for how long, and since when beside `older` ones. */
export function openingText(steady: Steady | Varying, older: number): string {
  const { perHour, spanMs, sinceMs, lastMs } = steady;
  const ended = lastMs > (5 * HOUR_MS) / perHour ? `; the last was opened ${ageText(lastMs)} ago` : '';
  const beside =
    older > 0 ? `, since ${ageText(sinceMs)} ago, beside ${counted(older, 'older session')}` : '';
  const pace =
    'leastPerHour' in steady ? `${paceText(perHour)} on average (${rangeText(steady)})` : paceText(perHour);
  return `it opened ${pace} over ${ageText(spanMs)}${beside}${ended}`;
}

function rangeText({ leastPerHour, mostPerHour }: Varying): string {
  const [least, most] = [leastPerHour, mostPerHour].map((rate) =>
    rate < 10 ? rate.toFixed(1) : `${Math.round(rate)}`,
  );
  return `between ${least} and ${most} an hour`;
}

/** `one every 5m`, and a rate where that would be less than a second. */
export function paceText(perHour: number): string {
  return perHour > 3_600 ? rateText(perHour) : `one every ${ageText(HOUR_MS / perHour)}`;
}
