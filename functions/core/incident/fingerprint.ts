import { groupText } from '../server/rank-groups.ts';
import type { Group } from '../server/session.ts';

/**
 * Seven characters that are the same for the same group. Names have up to 63 bytes each, and memory only
 * needs to know whether two runs had the same culprit. It is FNV-1a with 32 bits. A collision would once
 * claim "same culprit", and that decides nothing alone.
 */
export function fingerprintOf(group: Group | null): string | null {
  if (group === null) return null;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(groupText(group))) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0');
}
