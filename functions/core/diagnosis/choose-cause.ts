import { medianOf } from '../base/median.ts';
import { ageText, counted } from '../base/words.ts';
import { isServerProgram } from '../server/client-technology.ts';
import { poolerRefuses } from '../server/pooler-refusals.ts';
import { groupText } from '../server/rank-groups.ts';
import type { Cause, Confidence, Culprit, Diagnosis } from './cause.ts';
import { RECENT_MS, surelyInUse } from './causes/busy-sessions.ts';
import { mayBeKeptOut } from './causes/half-open.ts';
import { isStorm, stormText } from './causes/reconnect-storm.ts';
import { byProgramIn, type Evidence, type SessionEvidence, sumOf } from './evidence.ts';
import { cappedAt, doing, type Suspect, toCulprit } from './suspect.ts';

/**
 * The least share of the used slots that a cause has to explain: a fifth beside other causes, a third alone
 * or all together. Slots are there for sessions that work, so a spike has to explain more.
 */
const SHARE = { ofCause: 0.2, ofSpike: 0.35, ofDead: 0.08, ofAll: 1 / 3, ofCulprit: 0.1 } as const;
const MOST_CULPRITS = 5;
/** Among so few sessions each program has a large share. */
const FEWEST_USED = 8;

/** Chooses from the suspects one cause, and the programs behind it. */
export function verdictOf(all: Evidence, found: readonly Suspect[]): Diagnosis {
  if (mayBeKeptOut(all)) return unclear(all, keptOutText(all));
  if (hasRoom(all) && !found.some(isUnseen)) return unclear(all, roomText(all));
  // Where our own tries were refused the server was full, whatever it shows.
  const suspects = hasRoom(all) && all.refused.ours === 0 ? found.filter(isUnseen) : found;
  const total = Math.max(all.server.used, ...suspects.map(({ explains }) => explains));
  const causes = [...Map.groupBy(suspects, ({ cause }) => cause)]
    .map(([cause, those]) => ({ cause, those, explains: explainedBy(those) }))
    .filter(({ cause, explains }) => explains >= total * leastShare(cause))
    .toSorted((a, b) => b.explains - a.explains);
  const [main] = causes;
  const doubt = doubtIn(all) ?? (main === undefined || AT_WORK.has(main.cause) ? lacksWaits(all) : null);
  const explained = sumOf(causes, ({ explains }) => explains);
  if (main === undefined || (explained < total * SHARE.ofAll && main.cause !== 'dead-clients'))
    return doubt === null && suspectsNobody(all, suspects) ? limitTooLow(all) : unclear(all, doubt);
  // A doubt about sessions does not concern a cause that no session shows.
  const isDoubtful = doubt !== null && main.those.some(({ members }) => members.length > 0);
  const confidence = cappedAt(isDoubtful ? 'low' : 'high', confidenceOf(main.those));
  if (confidence === 'low') return unclear(all, doubt);
  const culprits = culpritsOf(
    causes.flatMap(({ those }) => those),
    total,
  );
  const ofNobody = causes
    .flatMap(({ those }) => those.filter(({ usage }) => usage === null))
    .flatMap(({ evidence }) => evidence);
  const said = [...ofNobody, ...culprits.flatMap(({ evidence }) => evidence)];
  return {
    cause: main.cause,
    confidence: all.hidden * 10 >= all.server.used ? cappedAt('medium', confidence) : confidence,
    evidence: [...besideIt(all, said), ...ofNobody],
    culprits,
  };
}

/**
 * The least share of the used slots that a cause has to explain. The slots of hosts that are gone are lost whatever the other
 * sessions do.
 */
export function leastShare(cause: Cause): number {
  if (cause === 'dead-clients') return SHARE.ofDead;
  return cause === 'traffic-spike' ? SHARE.ofSpike : SHARE.ofCause;
}

/** With so few used slots no program is blamed for its share, because the server has room by now. */
const ROOM = { share: 0.25, fewest: 5 } as const;

function hasRoom({ server }: Evidence): boolean {
  return !server.under && server.free >= Math.max(ROOM.fewest, server.usable * ROOM.share);
}

/** Clients that hold slots of which no session shows. */
function isUnseen({ cause }: Suspect): boolean {
  return cause === 'half-open-clients' || cause === 'reconnect-storm';
}

function roomText({ server: { used, usable, free } }: Evidence): string {
  return `${used} of ${usable} usable slots are used, ${free} are free by now`;
}

function keptOutText({ server: { used, usable, free } }: Evidence): string {
  return `${used} of ${usable} usable slots show a session: the other ${free} are taken by clients that never finish their login, or by some that come and go within milliseconds`;
}

/** The head of a queue counts for the sessions behind it, which are counted once. */
function explainedBy(those: readonly Suspect[]): number {
  const members = new Set(those.flatMap(({ members }) => members)).size;
  return Math.max(members, ...those.map(({ explains }) => explains));
}

function confidenceOf(those: readonly Suspect[]): Confidence {
  return those.toSorted((a, b) => b.explains - a.explains)[0]?.confidence ?? 'low';
}

/** A program that is small beside the largest one of the same cause is not named. */
function culpritsOf(suspects: readonly Suspect[], total: number): readonly Culprit[] {
  const ranked = suspects.toSorted(
    (a, b) =>
      b.explains - a.explains || Number(isOfServer(a)) - Number(isOfServer(b)) || restedMs(b) - restedMs(a),
  );
  const named = ranked.filter(({ cause, explains }) => {
    const largest = ranked.find((other) => other.cause === cause)?.explains ?? explains;
    return explains === largest || (explains >= total * SHARE.ofCulprit && explains * 4 >= largest);
  });
  return onePerGroup(named.flatMap(toCulprit)).slice(0, MOST_CULPRITS);
}

/** Of as many sessions those of postgres_fdw and the like are named last: each is there for one of another program. */
function isOfServer({ members }: Suspect): boolean {
  return members.length > 0 && members.every(({ session }) => isServerProgram(session));
}

/** Of as many sessions those are named first that have done nothing for longer, as of a deployment that was left. */
function restedMs({ members }: Suspect): number {
  return sumOf(members, ({ sinceMs }) => sinceMs ?? 0);
}

/** A group is named with the cause of most of its sessions. */
export function onePerGroup(culprits: readonly Culprit[]): readonly Culprit[] {
  const seen = new Set<string>();
  return culprits.filter(({ usage }) => {
    const key = groupText(usage.group);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * Waits are the first thing that a record which is too large leaves out. Then we cannot tell whether a
 * session works or waits.
 */
function lacksWaits({ snapshot }: Evidence): string | null {
  const isReduced = snapshot.sessions.every(
    ({ stateChange, waitEvent }) => stateChange === null && waitEvent === null,
  );
  return isReduced ? 'the record was too large to keep what the sessions wait for' : null;
}

const AT_WORK: ReadonlySet<Cause> = new Set(['slow-queries', 'traffic-spike', 'lock-pile-up']);

/** Why the diagnosis is uncertain, or null. */
function doubtIn({ hidden, server }: Evidence): string | null {
  if (hidden * 3 >= server.used && hidden > 0)
    return `${hidden} of ${server.used} sessions are hidden from our role`;
  if (server.used < FEWEST_USED)
    return `${counted(server.used, 'session is', 'sessions are')} too few to judge by`;
  return null;
}

const IDLE_CAUSES: ReadonlySet<Cause> = new Set([
  'connection-leak',
  'oversized-idle-pools',
  'idle-in-transaction',
]);

/** All sessions work, no program has too many, and nothing wastes slots. */
function suspectsNobody(all: Evidence, suspects: readonly Suspect[]): boolean {
  const wasted = sumOf(
    suspects.filter(({ cause }) => IDLE_CAUSES.has(cause)),
    ({ explains }) => explains,
  );
  const used = usedIn(all);
  return (
    all.server.under &&
    used.length * 10 >= all.server.used * 6 &&
    isBusy(used) &&
    (wasted + doing(all.holders, 'unknown').length) * 10 < all.server.used &&
    !suspects.some(({ cause }) => cause === 'connection-leak' || cause === 'dead-clients')
  );
}

function usedIn(all: Evidence): readonly SessionEvidence[] {
  return byProgramIn(all, all.holders).flatMap(surelyInUse);
}

/** Many small pools that are used every few seconds are in use, but they need fewer sessions. */
function isBusy(used: readonly SessionEvidence[]): boolean {
  return (
    (medianOf(used.map(({ doing, sinceMs }) => (doing === 'resting' ? (sinceMs ?? 0) : 0))) ?? 0) < BUSY_MS
  );
}

/** A session that rests longer between its uses works for a small part of the time. */
const BUSY_MS = 1_000;

function limitTooLow(all: Evidence): Diagnosis {
  const used = usedIn(all).length;
  return {
    cause: 'limit-too-low',
    confidence: used * 10 >= all.server.used * 8 ? 'high' : 'medium',
    evidence: [
      ...besideIt(all),
      `${used} of ${all.server.used} sessions were in use within the last ${ageText(RECENT_MS)}, and none of the ${counted(all.usages.size, 'program')} stands out`,
    ],
    culprits: [],
  };
}

function unclear(all: Evidence, doubt: string | null): Diagnosis {
  const why = doubt ?? `no cause explains a third of the ${counted(all.server.used, 'session')}`;
  return { cause: 'unclear', confidence: 'low', evidence: [...besideIt(all), why], culprits: [] };
}

/** A storm is mentioned once: with the program behind it, or beside the cause that fills the slots. */
function besideIt(all: Evidence, said: readonly string[] = []): readonly string[] {
  const isBeside = isStorm(all) && !said.includes(stormText(all));
  const atPooler = poolerRefuses(all.snapshot);
  return [
    ...(isBeside ? [stormText(all)] : []),
    ...(atPooler ? ['the pooler refuses clients or lets them wait'] : []),
  ];
}
