import { ageText, counted } from '../../base/words.ts';
import { type Evidence, type Refusals, refusedFor, type SessionEvidence } from '../evidence.ts';
import { agesOf, doing, lastingFor, type Suspect } from '../suspect.ts';
import { isStorm, SLOW_LOGIN_MS, shortSessions } from './reconnect-storm.ts';

/**
 * After a refusal this shortly before the snapshot, not all slots can have become free again. Later it is unlikely only if
 * refusals had lasted for many times as long: what fills the server for some seconds may have left within some seconds.
 */
const JUST_NOW = { ms: 1_000, mostMs: 5_000, timesSince: 10 } as const;

/**
 * `half-open-clients`: clients that never finish their login hold slots. PostgreSQL 18 and later shows them.
 * No program can be named.
 */
export function halfOpenClients(all: Evidence): Suspect | null {
  const starting = startingClients(all);
  if (starting.length < 3) return null;
  const addresses = new Set(starting.map(({ session }) => session.address)).size;
  const least = Math.min(...agesOf(starting, 'sinceMs'));
  return nobodys(starting.length, starting.length >= 5 ? 'high' : 'medium', [
    `${starting.length} of ${all.server.usable} usable slots are held by clients that have been logging in for ${ageText(least)} or longer, from ${counted(addresses, 'address', 'addresses')}`,
  ]);
}

/** The same before 18, where all that shows is that slots are missing. */
export function halfOpenUnseen(all: Evidence): Suspect | null {
  const { server, refused } = all;
  // In a storm many clients are just connecting, so that slots look free which are not.
  if (startingClients(all).length > 0 || isStorm(all)) return null;
  // Where logins are visible and there are none, ordinary slots had only just become free.
  const told = refusedFor(
    refused,
    ...(showsLogins(all) ? (['server'] as const) : (['server', 'reserved'] as const)),
  );
  const free = server.free;
  if (free < fewestMissing(all) || !((told > 0 && isJustNow(refused)) || refused.ours > 0)) return null;
  return nobodys(free, refused.ours > 0 ? 'high' : 'medium', [
    `${server.used} of ${server.usable} usable slots show a session, but clients were refused: the other ${free} slots are taken by clients that have not logged in`,
    ...(refused.ours > 0
      ? [`${counted(refused.ours, 'try', 'tries')} of our own found no free slot just before`]
      : []),
  ]);
}

/**
 * Whether a storm before 18 shows none of its sessions, and many slots without one. Then its requests take a millisecond or
 * two, so that each look finds most clients logging in, or half-open clients keep all of them out. Both look the same.
 */
export function mayBeKeptOut(all: Evidence): boolean {
  const { server, refused, holders } = all;
  return (
    isStorm(all) &&
    !showsLogins(all) &&
    server.free >= fewestMissing(all) &&
    isJustNow(refused) &&
    shortSessions(all, holders).length === 0
  );
}

function fewestMissing({ server }: Evidence): number {
  return Math.max(5, server.usable * 0.2);
}

function startingClients({ holders }: Evidence): readonly SessionEvidence[] {
  return lastingFor(doing(holders, 'starting'), SLOW_LOGIN_MS);
}

function isJustNow({ lastAgoMs, spanMs }: Refusals): boolean {
  if (lastAgoMs === null || lastAgoMs > JUST_NOW.mostMs) return false;
  return lastAgoMs <= JUST_NOW.ms || spanMs >= lastAgoMs * JUST_NOW.timesSince;
}

const FIRST_TO_SHOW_LOGINS = 18;

function showsLogins({ snapshot }: Evidence): boolean {
  return Number.parseInt(snapshot.server.version, 10) >= FIRST_TO_SHOW_LOGINS;
}

function nobodys(explains: number, confidence: Suspect['confidence'], evidence: readonly string[]): Suspect {
  return {
    cause: 'half-open-clients',
    confidence,
    explains,
    members: [],
    evidence,
    opening: null,
    usage: null,
  };
}
