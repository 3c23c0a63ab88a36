import { partText } from '../base/words.ts';
import type { GroupUsage } from '../server/rank-groups.ts';
import type { Group } from '../server/session.ts';
import { superusersIn } from '../server/superusers-in.ts';
import type { Cause, Confidence, Culprit, OpeningRate } from './cause.ts';
import { byProgramIn, type Doing, type Evidence, type SessionEvidence, usageOf } from './evidence.ts';

/** Sessions that one cause explains. */
export type Suspect = {
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** How many slots the cause explains. They may belong to several programs. */
  readonly explains: number;
  readonly members: readonly SessionEvidence[];
  readonly evidence: readonly string[];
  readonly opening: OpeningRate | null;
  /** The largest program among them. Null when no program can be named. */
  readonly usage: GroupUsage | null;
  /** The other programs among them. Absent when there is none. */
  readonly alike?: readonly Group[];
};

/** Looks for one cause among the sessions that no earlier search has explained. */
export type Search = (members: Evidence, left: readonly SessionEvidence[]) => readonly Suspect[];

export type SuspectFields = Pick<Suspect, 'cause' | 'confidence' | 'evidence'> &
  Partial<Pick<Suspect, 'opening'>>;

export function suspect(all: Evidence, members: readonly SessionEvidence[], found: SuspectFields): Suspect {
  const groups = byProgramIn(all, members);
  const [largest, ...others] = groups.flatMap(([first]) => (first === undefined ? [] : [first]));
  const alike = others.flatMap(({ session }) => all.programs.of(session)?.name ?? []);
  return {
    opening: null,
    ...found,
    explains: members.length,
    members,
    evidence: [...found.evidence, ...superuserText(members), ...alikeText(groups.length, members.length)],
    usage: largest ? usageOf(all, largest.session) : null,
    ...(alike.length > 0 && { alike }),
  };
}

/** Superusers may also use the slots that are reserved for them, and no run ends their sessions. */
function superuserText(members: readonly SessionEvidence[]): readonly string[] {
  const sessions = members.map(({ session }) => session);
  if (!superusersIn(sessions)) return [];
  const count = sessions.filter(({ superuser }) => superuser === true).length;
  return [
    `${partText(count, members.length)} log in as a superuser, which also takes the slots reserved for superusers`,
  ];
}

function alikeText(groups: number, sessions: number): readonly string[] {
  return groups > 1 ? [`the same is true of ${groups} programs with ${sessions} sessions together`] : [];
}

export function toCulprit(suspect: Suspect): readonly Culprit[] {
  const { usage, cause, confidence, evidence, opening, alike, members } = suspect;
  if (usage === null) return [];
  const sessions = members.map(({ session }) => session);
  return [{ usage, cause, confidence, evidence, opening, members: sessions, ...(alike && { alike }) }];
}

export function doing(
  members: readonly SessionEvidence[],
  ...what: readonly Doing[]
): readonly SessionEvidence[] {
  return members.filter((member) => what.includes(member.doing));
}

/** Those that have lasted for at least this time, as far as it is known. */
export function lastingFor(members: readonly SessionEvidence[], leastMs: number): readonly SessionEvidence[] {
  return members.filter(({ sinceMs }) => sinceMs !== null && sinceMs >= leastMs);
}

export function agesOf(
  members: readonly SessionEvidence[],
  which: 'openedMs' | 'sinceMs',
): readonly number[] {
  return members.map((member) => member[which]).filter((age) => age !== null);
}

/** The confidence by the number and the share of sessions that support the cause. */
export function confidenceIn(speaking: number, of: number): Confidence {
  if (speaking >= 10 && speaking * 10 >= of * 7) return 'high';
  return speaking >= 5 ? 'medium' : 'low';
}

export function cappedAt(most: Confidence, confidence: Confidence): Confidence {
  const ORDER: readonly Confidence[] = ['low', 'medium', 'high'];
  return ORDER[Math.min(ORDER.indexOf(most), ORDER.indexOf(confidence))] ?? 'low';
}
