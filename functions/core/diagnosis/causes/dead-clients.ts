import { LOCAL_ADDRESS } from '../../base/address.ts';
import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import { byProgramIn, type Doing, type Evidence, type SessionEvidence, sumOf } from '../evidence.ts';
import { neverWorked } from '../pool-signs.ts';
import { agesOf, cappedAt, confidenceIn, doing, type Search, suspect } from '../suspect.ts';
import { isUsedAgain } from './busy-sessions.ts';

/**
 * Hosts whose silence began within this time were lost together: a share of the silence, and at least some
 * seconds.
 */
const TOGETHER = { share: 0.1, leastMs: 3_000 } as const;
const FEWEST = 3;
/** A shorter time would count every pause of a healthy client as a dead host. */
const SILENT_MS = 30_000;
/**
 * Silence is a sign only in comparison: with the pauses between the last uses of the host's own sessions, and
 * with the silence of other hosts.
 */
const RHYTHM = { ofOwn: 20, ofFew: 6, ofOthers: 5, share: 2 / 3, fewest: 4 } as const;

/** All sessions of one host, and for how long none of them has done anything. */
type Host = {
  readonly address: string;
  readonly members: readonly SessionEvidence[];
  readonly silentMs: number;
};

/**
 * `dead-clients`: hosts that vanished without closing their connections. The server keeps their sessions like
 * any others. They show because all of them fall silent at once, in the middle of their work, while the same
 * programs go on elsewhere. Other sessions are stuck with an answer that the client does not read.
 */
export const deadClients: Search = (all, left) => {
  const stuck = doing(left, 'stuck');
  const silent = cutOff(all, left);
  return [
    ...(stuck.length >= FEWEST ? [stuckSuspect(all, stuck)] : []),
    ...(silent.length >= FEWEST ? silentSuspects(all, silent) : []),
  ];
};

function stuckSuspect(all: Evidence, stuck: readonly SessionEvidence[]) {
  const least = Math.min(...agesOf(stuck, 'sinceMs'));
  return suspect(all, stuck, {
    cause: 'dead-clients',
    confidence: confidenceIn(stuck.length, stuck.length),
    evidence: [
      `${counted(stuck.length, 'session has', 'sessions have')} an answer that the client has not read for ${ageText(least)} or longer`,
    ],
  });
}

/**
 * The hosts that fell silent together. Of several such moments the one with most sessions counts. Empty when
 * they may simply be idle.
 */
function cutOff(all: Evidence, left: readonly SessionEvidence[]): readonly SessionEvidence[] {
  const hosts = hostsOf(left);
  const candidates = hosts.filter((host) => isOutOfRhythm(host) && wasAtWork(host.members));
  const [together] = candidates
    .map((one) => candidates.filter((other) => isTogether(one.silentMs, other.silentMs)))
    .map((those) => ({ those, sessions: sumOf(those, ({ members }) => members.length) }))
    .toSorted((a, b) => b.sessions - a.sessions);
  if (together === undefined) return [];
  const gone = together.those.flatMap(({ members }) => members);
  const silentMs = Math.min(...together.those.map((host) => host.silentMs));
  const others = hosts.filter((host) => !together.those.includes(host));
  const theirs = new Set(gone.map(({ session }) => all.programs.of(session)));
  const alike = others.filter(({ members }) =>
    members.some(({ session }) => theirs.has(all.programs.of(session))),
  );
  return isLonger(silentMs, others) && areRestless(alike) && goesOnElsewhere(all, gone, silentMs) ? gone : [];
}

function isLonger(silentMs: number, others: readonly Host[]): boolean {
  return silentMs >= (medianOf(others.map((host) => host.silentMs)) ?? 0) * RHYTHM.ofOthers;
}

/**
 * Whether the program's other hosts are at work. Where these rest between their uses as well, as between two tests of all
 * connections, their last use tells nothing of the next one.
 */
function areRestless(alike: readonly Host[]): boolean {
  const restless = alike.filter((host) => host.silentMs < Math.max(RESTLESS_MS, pauseOf(host)));
  return restless.length * 2 >= alike.length;
}

/** A host at work was used within this time, even if its last uses came at one moment. */
const RESTLESS_MS = 1_000;

/** The client of a statement that waits for input may well be alive, and so may that of a session which does not tell. */
const MAY_BE_ALIVE: ReadonlySet<Doing> = new Set(['working', 'waiting', 'owing', 'unknown']);

function hostsOf(left: readonly SessionEvidence[]): readonly Host[] {
  const from = Map.groupBy(left, ({ session }) => session.address);
  return [...from]
    .filter(([address, members]) => address !== '' && address !== LOCAL_ADDRESS && members.length >= FEWEST)
    .map(([address, members]) => ({
      address,
      members,
      silentMs: members.some(({ doing }) => MAY_BE_ALIVE.has(doing))
        ? 0
        : Math.min(...agesOf(members, 'sinceMs')),
    }));
}

/** Whether a host has been silent for much longer than the usual pauses between its uses. */
function isOutOfRhythm(host: Host): boolean {
  return host.silentMs >= Math.max(SILENT_MS, pauseOf(host));
}

/** The longest pause that a host's last uses let one expect. */
function pauseOf({ members }: Host): number {
  const uses = agesOf(members, 'sinceMs').toSorted((a, b) => a - b);
  const recent = uses.slice(0, Math.max(RHYTHM.fewest, Math.ceil(uses.length * RHYTHM.share)));
  const pause = ((recent.at(-1) ?? 0) - (recent[0] ?? 0)) / Math.max(1, recent.length - 1);
  // A few pauses say little about the next one.
  const doubt = 1 + RHYTHM.ofFew / Math.max(1, uses.length - 1) ** 2;
  return RHYTHM.ofOwn * doubt * pause;
}

/**
 * An idle pool had no work. A host that was cut off had, and most of its sessions were between two requests.
 */
function wasAtWork(members: readonly SessionEvidence[]): boolean {
  const open = doing(members, 'in transaction').length;
  const idle = new Set(neverWorked(members));
  const used = members.filter((member) => isUsedAgain(member) && !idle.has(member)).length;
  return used * 2 >= members.length && open * 2 < members.length;
}

function isTogether(oneMs: number, otherMs: number): boolean {
  return Math.abs(oneMs - otherMs) <= Math.max(TOGETHER.leastMs, TOGETHER.share * Math.max(oneMs, otherMs));
}

/**
 * Whether the same program has opened sessions from another host since then, or works there while these are
 * silent.
 */
function goesOnElsewhere(
  { holders, programs }: Evidence,
  gone: readonly SessionEvidence[],
  silentMs: number,
): boolean {
  const theirs = new Set(gone.map(({ session }) => programs.of(session)));
  const those = new Set(gone);
  const elsewhere = holders.filter((member) => theirs.has(programs.of(member.session)) && !those.has(member));
  const since = elsewhere.filter(
    ({ openedMs, sinceMs }) =>
      (openedMs !== null && openedMs < silentMs) || (sinceMs !== null && sinceMs < silentMs / 2),
  );
  return since.length >= FEWEST && !isMoved(gone, elsewhere, silentMs);
}

/**
 * Whether all others were opened a little while before the silence, and these are older: then their work was moved. Hosts of
 * one deployment are opened one after the other, so these have to be older by more than that takes.
 */
function isMoved(
  gone: readonly SessionEvidence[],
  elsewhere: readonly SessionEvidence[],
  silentMs: number,
): boolean {
  const theirs = agesOf(elsewhere, 'openedMs');
  const [newest, oldest] = [Math.min(...theirs), Math.max(...theirs)];
  const olderBy = Math.min(...agesOf(gone, 'openedMs')) - oldest;
  return (
    newest > silentMs &&
    oldest <= silentMs + MOVED_MS &&
    olderBy > Math.max(SAME_DEPLOYMENT_MS, 2 * (oldest - newest))
  );
}

/** New processes take over the work of the old ones within this time, as in a blue-green deployment. */
const MOVED_MS = 15 * 60_000;
/** Hosts of one deployment may start within this time of each other. */
const SAME_DEPLOYMENT_MS = 60_000;

/** One suspect for each program, because each has live sessions elsewhere. */
function silentSuspects(all: Evidence, gone: readonly SessionEvidence[]) {
  const silentMs = Math.min(...agesOf(gone, 'sinceMs'));
  const addresses = new Set(gone.map(({ session }) => session.address)).size;
  const programs = byProgramIn(all, gone);
  const host = `${counted(gone.length, 'session')} of ${counted(programs.length, 'program')} from ${counted(addresses, 'address', 'addresses')} fell silent at the same time, ${ageText(silentMs)} ago, in the middle of their work`;
  return programs.map((program) => {
    const opened = openedSince(all, program, silentMs);
    const confidence = confidenceIn(gone.length, gone.length);
    return suspect(all, program, {
      cause: 'dead-clients',
      confidence: opened >= FEWEST || programs.length > 1 ? confidence : cappedAt('medium', confidence),
      evidence: [
        host,
        opened === 0
          ? 'the same program goes on elsewhere'
          : `the same program has opened ${counted(opened, 'session')} elsewhere since then`,
      ],
    });
  });
}

function openedSince(
  { holders, programs }: Evidence,
  program: readonly SessionEvidence[],
  silentMs: number,
): number {
  const theirs = new Set(program.map(({ session }) => programs.of(session)));
  const those = new Set(program);
  return holders.filter(
    (member) =>
      theirs.has(programs.of(member.session)) &&
      !those.has(member) &&
      (member.openedMs ?? silentMs) < silentMs,
  ).length;
}
