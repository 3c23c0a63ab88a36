import type { GroupStanding } from '../server/rank-groups.ts';
import type { Cause, Confidence, Culprit, Opening } from './cause.ts';
import { byProgramIn, type Clue, type Clues, type Doing, standingOf } from './evidence.ts';

/** Sessions that one cause explains. */
export type Suspect = {
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** How many slots the cause explains, which may be those of several programs. */
  readonly explains: number;
  readonly clues: readonly Clue[];
  readonly evidence: readonly string[];
  readonly opening: Opening | null;
  /** The largest program among them; null where nobody can be named. */
  readonly standing: GroupStanding | null;
};

/** Looks for one cause among the sessions that no other has explained yet. */
export type Search = (clues: Clues, left: readonly Clue[]) => readonly Suspect[];

export type Found = Pick<Suspect, 'cause' | 'confidence' | 'evidence'> & Partial<Pick<Suspect, 'opening'>>;

export function suspect(all: Clues, clues: readonly Clue[], found: Found): Suspect {
  const groups = byProgramIn(all, clues);
  const [largest] = groups[0] ?? [];
  return {
    opening: null,
    ...found,
    explains: clues.length,
    clues,
    evidence: [...found.evidence, ...alikeText(groups.length, clues.length)],
    standing: largest ? standingOf(all, largest.session) : null,
  };
}

function alikeText(groups: number, sessions: number): readonly string[] {
  return groups > 1 ? [`the same is true of ${groups} programs with ${sessions} sessions together`] : [];
}

export function toCulprit({ cause, confidence, evidence, opening, standing }: Suspect): readonly Culprit[] {
  return standing === null ? [] : [{ standing, cause, confidence, evidence, opening }];
}

export function doing(clues: readonly Clue[], ...what: readonly Doing[]): readonly Clue[] {
  return clues.filter((clue) => what.includes(clue.doing));
}

/** For how long at least, where it is known. */
export function lasting(clues: readonly Clue[], leastMs: number): readonly Clue[] {
  return clues.filter(({ sinceMs }) => sinceMs !== null && sinceMs >= leastMs);
}

export function agesOf(clues: readonly Clue[], which: 'openedMs' | 'sinceMs'): readonly number[] {
  return clues.map((clue) => clue[which]).filter((age) => age !== null);
}

/** By how many sessions speak for it, and what part of them. */
export function confidenceIn(speaking: number, of: number): Confidence {
  if (speaking >= 10 && speaking * 10 >= of * 7) return 'high';
  return speaking >= 5 ? 'medium' : 'low';
}

export function notMoreThan(most: Confidence, confidence: Confidence): Confidence {
  const ORDER: readonly Confidence[] = ['low', 'medium', 'high'];
  return ORDER[Math.min(ORDER.indexOf(most), ORDER.indexOf(confidence))] ?? 'low';
}
