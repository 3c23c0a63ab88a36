import { cleanName } from '../base/clean-text.ts';
import { ageText } from '../base/words.ts';
import type { Refused } from '../trigger/log-lines.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** From this many refusals of one client on, it does not wait between its tries. */
const MANY_REFUSALS = 5;

/** Clients that retry at once keep a full server full, and even block those with reserved slots. */
export function retry({ record }: AdviceFacts): readonly Advice[] {
  return [forDeveloper(`${textFor(mostRefused(record))}`)];
}

/** Given only when the log shows a client that does not wait. */
export function retryWhereSeen({ record }: AdviceFacts): readonly Advice[] {
  const refused = mostRefused(record);
  return refused === null ? [] : [forDeveloper(textFor(refused))];
}

function textFor(refused: Refused | null): string {
  const seen = refused === null ? '' : ` ${evidenceOf(refused)}`;
  return `Let clients wait before they reconnect after error 53300, with exponential backoff and jitter: a random part of 0.1 s, 0.2 s, 0.4 s and so on up to 30 s.${seen}`;
}

function mostRefused({ trigger }: AdviceFacts['record']): Refused | null {
  if (trigger.kind !== 'log-lines') return null;
  const [most] = trigger.refused
    .filter(({ count, clients }) => clients === 1 && count >= MANY_REFUSALS)
    .toSorted((a, b) => b.count - a.count);
  return most ?? null;
}

function evidenceOf({ user, address, count, first, last }: Refused): string {
  const client = user === null ? 'A client' : `Role ${cleanName(user)}`;
  const where = address === null ? '' : ` at ${cleanName(address)}`;
  const ms = Date.parse(last) - Date.parse(first);
  const within = Number.isFinite(ms) && ms >= 1_000 ? ` within ${ageText(ms)}` : '';
  return `${client}${where} was refused ${count} times${within}.`;
}
