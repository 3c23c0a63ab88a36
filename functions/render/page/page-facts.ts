import type { Advice } from '../../core/advice/advice.ts';
import { type Evidence, evidenceOf } from '../../core/diagnosis/evidence.ts';
import type { Explained } from '../../core/diagnosis/explain.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { PlaceInIncident } from '../../core/incident/place-in-incident.ts';
import { type Facts, factsOf } from '../base/facts.ts';
import { type Additions, NO_ADDITIONS } from '../message/additions.ts';
import { stepsOf } from '../message/next-steps.ts';
import { resumeSteps } from '../message/resume-steps.ts';
import { type Blame, blameIn } from './blame.ts';

/** A run before this one in the same incident, with the address of its page where it has one. */
export type EarlierRun = PlaceInIncident['earlier'][number] & { readonly url: string | null };

/** Where the run stands in its incident, with the addresses that the page links to. */
export type PagePlace = Omit<PlaceInIncident, 'earlier'> & {
  readonly earlier: readonly EarlierRun[];
  /** The address of the index of the server's incidents. */
  readonly indexUrl: string | null;
};

/** What the message of the run says beside its record. The story is null where no message was due. */
export type Told = { readonly story: Story | null; readonly additions: Additions };

export const NOTHING_TOLD: Told = { story: null, additions: NO_ADDITIONS };

/** The facts from which every part of the page is written, computed once. */
export type PageFacts = Facts & {
  /** Null when nothing is remembered about earlier runs. */
  readonly place: PagePlace | null;
  readonly told: Told;
  /** What each session tells. Null when the record has no sessions. */
  readonly evidence: Evidence | null;
  readonly blame: Blame;
  readonly steps: readonly Advice[];
};

/** Facts that are given instead of those that follow from the record, in tests of what is shown. */
export type Given = Partial<Pick<PageFacts, 'diagnosis' | 'steps'>>;

export function pageFactsOf(
  explained: Explained,
  place: PagePlace | null,
  told: Told,
  given: Given = {},
): PageFacts {
  const facts = { ...factsOf(explained), ...given };
  const { record, ranking, diagnosis } = facts;
  const { snapshot } = record;
  const evidence = snapshot === null || ranking === null ? null : evidenceOf(record, snapshot);
  return {
    ...facts,
    place,
    told,
    evidence,
    blame: blameIn(diagnosis, snapshot),
    steps: given.steps ?? [...resumeSteps(record, told.story), ...stepsOf(facts)],
  };
}
