import { serverTimeMs } from '../../functions/core/base/server-time.ts';
import type { Cause } from '../../functions/core/diagnosis/cause.ts';
import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { programsIn } from '../../functions/core/server/programs-in.ts';
import { identityOf, isHidden, type Session } from '../../functions/core/server/session.ts';
import { slotHolders } from '../../functions/core/server/slots.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import type { Random } from './random.ts';

/** Where a session of the larger incident stands in place of one of the smaller one. */
export type Copied = {
  /** By how many milliseconds it was opened later than that one; earlier if it is negative. */
  readonly laterMs: number;
  /** Which of three hosts: that of the session, or one of the two that stand for it. */
  readonly host: number;
};

/** Of three sessions in place of one, with 0 the first. */
export type Copying = (session: Session, copy: number) => Copied;

const COPIES = 3;
/** Openings that vary less than this between their pauses come from a clock, which ticks three times as often. */
const CLOCK_SPREAD = 0.45;
/** Openings before and after that tell the rhythm, and within how many of their pauses a random one may come. */
const AROUND = 6;
const WINDOW = 2;
/** The sessions of one pool are opened together, so that they are copied together. */
const TOGETHER = { mostMs: 2_000, ofPause: 0.15 } as const;

/** Each of their sessions was opened for a request of its own. */
const BY_REQUESTS: ReadonlySet<Cause> = new Set([
  'connection-leak',
  'session-per-request',
  'reconnect-storm',
]);

/**
 * Opens sessions three times as often, in the same rhythm. Sessions of requests come by chance, which is drawn anew: three
 * exact copies of a random moment would be the burst of a pool. A clock ticks at thirds of its pauses, and so do pools.
 */
export function openedMoreOften(record: RunRecord, snapshot: Snapshot, random: Random): Copying {
  const now = serverTimeMs(snapshot.takenAt) ?? 0;
  const requested = openedForRequests(record, now);
  const { of } = programsIn(snapshot);
  const seen = slotHolders(snapshot).filter((session) => !isHidden(session));
  const rhythms = [...Map.groupBy(seen, (session) => of(session)).values()].flatMap((sessions) => {
    const byRequest = sessions.filter((session) => requested.has(identityOf(session)));
    return [
      ofRequests(byRequest, random, now),
      ofPools(sessions.filter((session) => !byRequest.includes(session))),
    ];
  });
  const byIdentity = new Map(rhythms.flat());
  return (session, copy) => byIdentity.get(identityOf(session))?.(copy) ?? { laterMs: 0, host: copy };
}

/** The sessions of culprits that open one for each request, without those from before they began to. */
function openedForRequests(record: RunRecord, now: number): ReadonlySet<string> {
  const culprits = (diagnose(record)?.culprits ?? []).filter(({ cause }) => BY_REQUESTS.has(cause));
  return new Set(
    culprits.flatMap(({ members = [], opening }) =>
      members
        .filter((session) => now - startOf(session) <= (opening?.sinceMs ?? Number.POSITIVE_INFINITY))
        .map(identityOf),
    ),
  );
}

type Rhythm = readonly (readonly [string, (copy: number) => Copied])[];

/** Pools open their sessions in bursts, so that the median pause of the program counts. */
function ofPools(sessions: readonly Session[]): Rhythm {
  const median = medianOf(pausesOf(sessions.map(startOf)));
  return sessions.map((session) => [
    identityOf(session),
    (copy) => ({ laterMs: (copy / COPIES) * median, host: copy }),
  ]);
}

/** Of one schedule for all hosts, of one on each host, or of none. */
function ofRequests(sessions: readonly Session[], random: Random, now: number): Rhythm {
  const anyHost = () => random.whole(0, COPIES - 1);
  if (isClock(sessions)) return byClock(sessions, anyHost);
  if (isOneAfterTheOther(sessions)) return ofPools(sessions);
  const hosts = [...Map.groupBy(sessions, ({ address }) => address).values()];
  const ticking = hosts.filter(isClock).length;
  if (ticking * 2 > hosts.length) return hosts.flatMap((host) => byClock(host, (copy) => copy));
  const units = unitsOf(sessions);
  return oftener(units, random, untilIn(units, now), anyHost);
}

/** A client that opens the next one as soon as it has used one: there are three such clients then. */
function isOneAfterTheOther(sessions: readonly Session[]): boolean {
  const used = sessions.map((session) => (serverTimeMs(session.stateChange) ?? 0) - startOf(session));
  const isQuick = medianOf(used) >= medianOf(pausesOf(sessions.map(startOf))) * USED_OF_PAUSE;
  return isQuick && sessions.every(({ state }) => state === 'idle');
}

const USED_OF_PAUSE = 0.2;

/** A clock that ticks three times as often: at thirds of the pause before. */
function byClock(sessions: readonly Session[], hostOf: (copy: number) => number): Rhythm {
  const order = sessions.toSorted((a, b) => startOf(a) - startOf(b));
  const usual = medianOf(pausesOf(order.map(startOf)));
  return order.flatMap((session, at) => {
    const before = order[at - 1];
    const pause = before === undefined ? usual : startOf(session) - startOf(before);
    return copied([session], (copy) => ({ laterMs: -(copy / COPIES) * pause, host: hostOf(copy) }));
  });
}

function isClock(sessions: readonly Session[]): boolean {
  return sessions.length > AROUND && spreadOf(pausesOf(sessions.map(startOf))) <= CLOCK_SPREAD;
}

/** The standard deviation divided by the mean. */
function spreadOf(pauses: readonly number[]): number {
  const mean = sum(pauses) / Math.max(1, pauses.length);
  const variance = sum(pauses.map((pause) => (pause - mean) ** 2)) / Math.max(1, pauses.length);
  return mean > 0 ? Math.sqrt(variance) / mean : 0;
}

/**
 * Where pauses are alike, at thirds of the one before. Others come at random within some usual pauses of their time of day.
 */
function oftener(
  units: readonly Unit[],
  random: Random,
  until: number,
  hostOf: (copy: number) => number,
): Rhythm {
  const oldest = units[0]?.at ?? 0;
  return units.flatMap(({ at, members }, index) => {
    const around = units.slice(Math.max(0, index - AROUND), index + AROUND + 1);
    const pauses = pausesOf(around.map((unit) => unit.at));
    const usual = medianOf(pauses);
    const pauseMs = index === 0 ? usual : at - (units[index - 1]?.at ?? at);
    const isLast = index === units.length - 1;
    const earliest = Math.max(oldest - at, -WINDOW * usual);
    const latest = Math.min(until - at, isLast ? Number.POSITIVE_INFINITY : WINDOW * usual, restOf(members));
    const isRegular = spreadOf(pauses) <= CLOCK_SPREAD;
    const laterMs = (copy: number) =>
      isRegular ? -(copy / COPIES) * pauseMs : random.between(earliest, latest);
    return copied(members, (copy) => ({ laterMs: copy === 0 ? 0 : laterMs(copy), host: hostOf(copy) }));
  });
}

/** Until when new ones may come: until now if they go on. */
function untilIn(units: readonly Unit[], now: number): number {
  const starts = units.map(({ at }) => at);
  const [newest, usual] = [starts.at(-1) ?? now, medianOf(pausesOf(starts))];
  return now - newest <= GOES_ON * usual ? now : newest + usual;
}

const GOES_ON = 8;

/** An idle session was used after it was opened. */
function restOf(members: readonly Session[]): number {
  return Math.min(
    ...members.map(({ state, stateAgeMs }) => (state === 'idle' ? (stateAgeMs ?? 0) : Infinity)),
  );
}

/** What was opened together stays together. */
function copied(members: readonly Session[], copyOf: (copy: number) => Copied): Rhythm {
  const copies = Array.from({ length: COPIES }, (_, copy) => copyOf(copy));
  return members.map((session) => [
    identityOf(session),
    (copy) => copies[copy] ?? { laterMs: 0, host: copy },
  ]);
}

type Unit = { readonly at: number; readonly members: readonly Session[] };

/** What is opened at once: a session, or the sessions that one pool opened when it was made. */
function unitsOf(sessions: readonly Session[]): readonly Unit[] {
  const order = sessions.toSorted((a, b) => startOf(a) - startOf(b));
  const pauses = pausesOf(order.map(startOf));
  const most = Math.min(TOGETHER.mostMs, (sum(pauses) / Math.max(1, pauses.length)) * TOGETHER.ofPause);
  const units: { at: number; lastAt: number; members: Session[] }[] = [];
  for (const session of order) {
    const at = startOf(session);
    const open = units.findLast(({ members }) => members[0]?.address === session.address);
    if (open !== undefined && at - open.lastAt <= most) {
      open.members.push(session);
      open.lastAt = at;
    } else units.push({ at, lastAt: at, members: [session] });
  }
  return units;
}

function pausesOf(starts: readonly number[]): readonly number[] {
  const order = starts.toSorted((a, b) => a - b);
  return order.slice(1).map((start, at) => start - (order[at] ?? start));
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function startOf({ backendStart }: Session): number {
  return serverTimeMs(backendStart) ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
