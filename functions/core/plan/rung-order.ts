import { isNamedAsPooler } from '../server/pooler-names.ts';
import { compareText } from '../server/slots.ts';
import { type Candidate, compareCandidates } from './candidates.ts';
import type { Quota } from './keep.ts';

/**
 * The order in which candidates of one rung end. Poolers known by name come last, and the program with most
 * candidates first. Inside a program the largest application and database goes down to its last session, then
 * the next one. The last sessions follow at the end, the longest idle first.
 */
export function inRungOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  return splitTurns(candidates).flatMap(inTurnOrder);
}

/**
 * Splits the candidates into those that go first and those that go last in their rung: sessions with the name
 * of a pooler.
 */
export function splitTurns(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const last = new Set(candidates.filter(({ session }) => isNamedAsPooler(session)));
  if (last.size === 0) return [candidates];
  return [candidates.filter((candidate) => !last.has(candidate)), [...last]];
}

function inTurnOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...Map.groupBy(candidates, ({ quota }) => quota)]
    .sort(([one, ofOne], [other, ofOther]) => ofOther.length - ofOne.length || compareQuotas(one, other))
    .flatMap(([, ofProgram]) => inProgramOrder(ofProgram));
}

/** The order of all candidates, one rung after the other. */
export function inLadderOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...Map.groupBy(candidates, ({ rung }) => rung)]
    .sort(([a], [b]) => a - b)
    .flatMap(([, inRung]) => inRungOrder(inRung));
}

function compareQuotas({ program: one }: Quota, { program: other }: Quota): number {
  return compareText(one.stem, other.stem) || compareText(one.role, other.role);
}

function inProgramOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const groups = [...Map.groupBy(candidates, ({ session }) => session.application).values()].flatMap(
    (those) => [...Map.groupBy(those, ({ session }) => session.database).values()],
  );
  const oldestFirst = groups.map((group) => (group.length > 1 ? group.sort(compareCandidates) : group));
  const down = oldestFirst
    .filter(({ length }) => length > 1)
    .sort((a, b) => b.length - a.length || compareGroups(a[0], b[0]))
    .flatMap((group) => group.slice(0, -1));
  const last = oldestFirst.flatMap((group) => group.slice(-1)).sort(compareCandidates);
  return [...down, ...last];
}

function compareGroups(a: Candidate | undefined, b: Candidate | undefined): number {
  return (
    compareText(a?.session.application ?? '', b?.session.application ?? '') ||
    compareText(a?.session.database ?? '', b?.session.database ?? '')
  );
}
