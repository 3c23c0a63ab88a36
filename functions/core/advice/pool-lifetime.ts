import { counted } from '../base/words.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts, KnownCulprit } from './advice-facts.ts';
import { settingsText } from './technology-texts.ts';

/** From these numbers on, a group has many instances with few sessions each. */
const MANY_ADDRESSES = 5;
const FEW_EACH = 3;
/** A pool should close connections that were idle for longer than this, 10 minutes. */
const RESTED_MS = 600_000;

/** Old sessions from many addresses remain after restarts: a pod ends, and its sessions stay for a while. */
export function poolLifetime({ culprits }: AdviceFacts): readonly Advice[] {
  const scattered = culprits.find(isScattered);
  if (scattered === undefined) return [];
  const { name, usage, mostPerAddress, technology } = scattered;
  const { addresses } = usage;
  const text = `${name} comes from ${addresses.count} addresses with up to ${counted(mostPerAddress, 'session')} each. Let its pool close connections that are idle for 10 minutes, and make connections live shorter than a pod. During a rolling deploy the old and the new pools are both open.`;
  return [forDeveloper(`${text}${settingsText(technology, 'lifetime')}`)];
}

function isScattered({ usage, mostPerAddress }: KnownCulprit): boolean {
  const { addresses, medianIdleMs } = usage;
  return addresses.count >= MANY_ADDRESSES && mostPerAddress <= FEW_EACH && (medianIdleMs ?? 0) >= RESTED_MS;
}
