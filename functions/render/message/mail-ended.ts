import { cleanName } from '../../core/base/clean-text.ts';
import type { Facts } from '../base/facts.ts';
import { ageRange, counted, groupName, listText } from '../base/phrases.ts';
import { ageOf, expectation, limitTexts, otherResults, stateOf } from './actions.ts';
import { mayHaveSent } from './headline.ts';
import { type Remark, said } from './remark-table.ts';
import { briefReason, sparedGroups } from './spared.ts';

const MOST_PROGRAMS = 2;
const MOST_REASONS = 3;

/** What was ended or would have been, and what was spared, in one line. Empty when nothing was chosen or read. */
export function endedRemarks(facts: Facts): readonly Remark[] {
  const { record, hypothetical, terminations } = facts;
  if (record.plan === null || record.snapshot === null) return [];
  const isNeeded = terminations.length > 0 || facts.before?.under === true;
  if (!isNeeded) return [];
  const spared = sparedText(facts);
  const limits = limitTexts(facts);
  const done = hypothetical
    ? [wouldText(facts), expectation(facts)]
    : [doneText(facts), ...othersTexts(facts)];
  const text = [...done, ...limits, spared].filter((part) => part !== '').join(' ');
  return said('ended', [text], hypothetical ? `NOT DONE (${whyNot(facts)})` : 'DONE');
}

function wouldText(facts: Facts): string {
  return facts.losses.length === 0 ? 'no session would end.' : `it would end ${programsText(facts)}.`;
}

function whyNot({ record }: Facts): string {
  return record.outcome === 'paused' ? 'paused' : 'only observed';
}

function doneText(facts: Facts): string {
  const { losses, perhaps } = facts;
  if (losses.length === 0 && perhaps.length === 0) {
    const isKnown = !mayHaveSent(facts) && facts.terminations.every(({ result }) => result !== 'unknown');
    return isKnown ? 'no session was ended.' : 'it is not known whether any session ended.';
  }
  if (losses.length === 0) return `perhaps ${counted(perhaps.length, 'session')} ended.`;
  const more = perhaps.length === 0 ? '' : `, and perhaps ${perhaps.length} more`;
  return `${programsText(facts)} ${losses.length === 1 ? 'was' : 'were'} ended${more}.`;
}

/** `10 sessions of billing-worker (idle for 1h 35m to 2h 11m)`. */
function programsText({ lossesByGroup, losses }: Facts): string {
  const texts = lossesByGroup.map(({ group, losses: those }, at) => {
    const count = at === 0 ? counted(those.length, 'session') : String(those.length);
    return `${count} of ${groupName(group)} (${stateOf(those)}for ${ageRange(those.map(ageOf))})`;
  });
  if (texts.length <= MOST_PROGRAMS + 1) return listText(texts, texts.length);
  const others =
    losses.length - lossesByGroup.slice(0, MOST_PROGRAMS).reduce((sum, each) => sum + each.losses.length, 0);
  const rest = `${others} of ${texts.length - MOST_PROGRAMS} other programs`;
  return listText([...texts.slice(0, MOST_PROGRAMS), rest], texts.length);
}

function othersTexts(facts: Facts): readonly string[] {
  return otherResults(facts).map(({ count, meaning }) => `${count} ${meaning}.`);
}

/** `Spared: 27 not needed, 9 idle for less than 5m, 4 active and 5 for other reasons.` */
function sparedText({ record }: Facts): string {
  const reasons = Map.groupBy(
    sparedGroups(record).flatMap(({ those }) => those),
    (each) => briefReason(each, record.policy),
  );
  const all = [...reasons].toSorted(([, some], [, more]) => more.length - some.length);
  if (all.length === 0) return '';
  const shown = all.length === MOST_REASONS + 1 ? all : all.slice(0, MOST_REASONS);
  const rest = all.slice(shown.length).flatMap(([, those]) => those).length;
  const texts = [
    ...shown.map(([reason, those]) => `${those.length} ${cleanName(reason, 60)}`),
    ...(rest > 0 ? [`${rest} for other reasons`] : []),
  ];
  return `Spared: ${listText(texts, texts.length)}.`;
}
