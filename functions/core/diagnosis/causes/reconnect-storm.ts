import { ageText } from '../../base/words.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, doing, lastingFor, type Suspect, suspect } from '../suspect.ts';

/** The rate and number of refusals when clients reconnect without a pause. */
const STORM = { perSecond: 10, refusals: 20 } as const;
/** Shorter sessions are part of the storm. For a program that is refused, sessions may last longer. */
const SHORT_MS = { any: 2_000, refused: 15_000 } as const;
/** A login takes milliseconds, and a second or two in a storm. */
export const SLOW_LOGIN_MS = 3_000;

/** Whether clients reconnect at once, whatever fills the slots. */
export function isStorm({ refused }: Evidence): boolean {
  return refused.total >= STORM.refusals && refused.perSecond >= STORM.perSecond;
}

/** `reconnect-storm`: clients that reconnect without a pause, and sessions that do not last. */
export function reconnectStorm(all: Evidence, left: readonly SessionEvidence[]): Suspect | null {
  if (!isStorm(all)) return null;
  const short = shortSessions(all, left);
  const { server } = all;
  // Slots that are neither free nor visible are taken by clients that are just connecting or disconnecting.
  const passing = short.length + Math.max(0, server.free);
  if (passing * 10 < server.usable * 3) return null;
  const found = suspect(all, short, {
    cause: 'reconnect-storm',
    confidence: passing * 2 >= server.usable ? 'high' : 'medium',
    evidence: [
      stormText(all),
      `${short.length} of ${server.used} sessions are younger than ${ageText(Math.max(SHORT_MS.any, ...agesOf(short, 'openedMs')))}, the youngest ${Math.round(Math.min(...agesOf(short, 'openedMs'), SHORT_MS.any))} ms`,
    ],
  });
  return { ...found, explains: passing };
}

/** The sessions of a storm, without logins that do not end. */
export function shortSessions(all: Evidence, left: readonly SessionEvidence[]): readonly SessionEvidence[] {
  const stuck = new Set(lastingFor(doing(left, 'starting'), SLOW_LOGIN_MS));
  return left.filter((member) => isShort(all, member) && !stuck.has(member));
}

function isShort({ refused }: Evidence, { session, openedMs }: SessionEvidence): boolean {
  if (openedMs === null) return false;
  // Lines may name no role.
  const isRefused = refused.lines.some(({ user }) => user === null || user === session.user);
  return openedMs <= (isRefused ? SHORT_MS.refused : SHORT_MS.any);
}

export function stormText({ refused }: Evidence): string {
  return `${refused.total} refusals, ${Math.round(refused.perSecond)} a second while they lasted: clients reconnect without a pause`;
}
