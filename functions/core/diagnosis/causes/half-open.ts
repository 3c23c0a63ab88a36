import { ageText, counted } from '../../base/words.ts';
import { type Evidence, refusedFor, type SessionEvidence } from '../evidence.ts';
import { agesOf, doing, lastingFor, type Suspect } from '../suspect.ts';

/** Logging in takes milliseconds, and under a storm a second or two. */
const SLOW_LOGIN_MS = 3_000;
/** A refusal this shortly before the snapshot was for slots that cannot all have come free since. */
const JUST_NOW_MS = 5_000;

/**
 * `half-open-clients`: slots are taken by clients that never finish logging in. From 18 on they are shown; before, all
 * that shows is that slots are missing. Nobody can be named.
 */
export function halfOpenClients(all: Evidence): Suspect | null {
  const starting = lastingFor(doing(all.holders, 'starting'), SLOW_LOGIN_MS);
  return starting.length > 0 ? shown(all, starting) : missing(all);
}

function shown(all: Evidence, starting: readonly SessionEvidence[]): Suspect | null {
  if (starting.length < 3) return null;
  const addresses = new Set(starting.map(({ session }) => session.address)).size;
  const least = Math.min(...agesOf(starting, 'sinceMs'));
  return nobodys(starting.length, starting.length >= 5 ? 'high' : 'medium', [
    `${starting.length} of ${all.server.usable} usable slots are held by clients that have been logging in for ${ageText(least)} or longer, from ${counted(addresses, 'address', 'addresses')}`,
  ]);
}

function missing(all: Evidence): Suspect | null {
  const { server, refused } = all;
  // Where logins show, none of them being there means that ordinary slots had only just come free.
  const told = refusedFor(
    refused,
    ...(showsLogins(all) ? (['server'] as const) : (['server', 'reserved'] as const)),
  );
  const isRecent = refused.lastAgoMs !== null && refused.lastAgoMs <= JUST_NOW_MS;
  const free = server.free;
  if (free < Math.max(5, server.usable * 0.2) || !((told > 0 && isRecent) || refused.ours > 0)) return null;
  return nobodys(free, refused.ours > 0 ? 'high' : 'medium', [
    `${server.used} of ${server.usable} usable slots show a session, but clients were refused: the other ${free} slots are taken by clients that have not logged in`,
    ...(refused.ours > 0
      ? [`${counted(refused.ours, 'try', 'tries')} of our own found no free slot just before`]
      : []),
  ]);
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
