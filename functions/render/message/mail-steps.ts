import type { Advice } from '../../core/advice/advice.ts';
import type { Facts } from '../base/facts.ts';
import { stepsOf } from './next-steps.ts';
import { heldBackSteps } from './outcome-steps.ts';
import { phonePaste } from './paste-on-phone.ts';
import type { Remark } from './remark-table.ts';
import { urgencyOf } from './step-urgency.ts';

/** People read this much of a step on a phone. The rest is on the page. */
const MAX_STEP = 170;
const MAX_LATER = 130;
const MOST_LATER = 2;

/** The steps of a run for a mail: what to do now, and what to change later. */
export function stepRemarks(facts: Facts, isOnPage: boolean): readonly Remark[] {
  const heldBack = new Set(heldBackSteps(facts).map(({ text }) => text));
  return adviceRemarks(
    stepsOf(facts).filter(({ text }) => !heldBack.has(text)),
    isOnPage,
  );
}

export function adviceRemarks(steps: readonly Advice[], isOnPage: boolean): readonly Remark[] {
  const { now, later } = urgencyOf(steps);
  return [
    ...now.map((step): Remark => ({ kind: 'now', lines: nowLines(step, isOnPage) })),
    ...later.slice(0, MOST_LATER).map((step): Remark => ({ kind: 'later', lines: [laterText(step)] })),
    ...later.slice(MOST_LATER).map((): Remark => ({ kind: 'moreSteps', lines: [] })),
  ];
}

function nowLines({ text, paste }: Advice, isOnPage: boolean): readonly string[] {
  const pasted = paste === undefined ? [] : phonePaste(paste);
  const isElsewhere = paste !== undefined && pasted.length === 0;
  const short = isOnPage ? firstSentences(text, MAX_STEP) : text;
  return [isElsewhere ? `${closed(short)} ${elsewhere(isOnPage)}` : short, ...pasted];
}

/** How to do it is on the page. The title of these steps says so. */
function laterText({ text }: Advice): string {
  return closed(firstSentences(text, MAX_LATER));
}

function elsewhere(isOnPage: boolean): string {
  return isOnPage ? '(How: on the page.)' : '(How: in the full text.)';
}

/** A text without lines to paste ends with a full stop. */
function closed(text: string): string {
  return text.replace(/:$/, '.');
}

/** As many whole sentences as fit, at least the first. */
function firstSentences(text: string, max: number): string {
  const [first = '', ...rest] = text.split(/(?<=[.!?:]) (?=[A-Z"])/);
  let short = first;
  for (const next of rest) {
    if (short.length + 1 + next.length > max) break;
    short += ` ${next}`;
  }
  return short;
}
