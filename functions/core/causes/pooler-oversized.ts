import { addressMatcher } from '../address.ts';
import { medianOf } from '../median.ts';
import { ageText, counted } from '../words.ts';
import { inUse } from './at-work.ts';
import type { Clue, Clues } from './clues.ts';
import { agesOf, confidenceIn, doing, notMoreThan, type Search, suspect } from './suspect.ts';

const FEWEST = 8;

/** `pooler-oversized`: a pooler's host with many sessions that rest. A pooler shows by what it does to them. */
export const poolerOversized: Search = (all, left) => {
  const isKnown = addressMatcher(all.record.policy.protect.poolers);
  return [...Map.groupBy(left, ({ session }) => session.address)]
    .filter(([address, clues]) => address !== '' && clues.length >= FEWEST)
    .flatMap(([address, clues]) => {
      const signs = isKnown(address) ? NAMED_BY_POLICY : signsIn(clues);
      const idle = clues.length - inUse(clues).length;
      return signs === null || idle * 2 < clues.length ? [] : [oversized(all, clues, signs)];
    });
};

type Signs = { readonly isSure: boolean; readonly texts: readonly string[] };

const NAMED_BY_POLICY: Signs = { isSure: true, texts: ['the policy names the address as a pooler'] };

/** What a host of several services behind one address shows as well is a sign only beside another. */
function signsIn(clues: readonly Clue[]): Signs | null {
  const reset = clues.filter(({ session }) => /^DISCARD ALL\b/i.test(session.lastStatement ?? '')).length;
  const logins = [...Map.groupBy(clues, ({ session }) => JSON.stringify([session.user, session.database]))];
  const names = Math.max(
    ...logins.map(([, those]) => new Set(those.map(({ session }) => session.application)).size),
  );
  const sizes = logins.map(([, { length }]) => length);
  const isEven = sizes.length >= 3 && Math.min(...sizes) >= 3 && Math.max(...sizes) === Math.min(...sizes);
  const isReset = reset * 3 >= clues.length;
  const texts = [
    ...(isReset ? [`${reset} were reset by DISCARD ALL, as poolers do`] : []),
    ...(names >= 3 ? [`one login comes under ${names} application names`] : []),
    ...(isEven ? [`${sizes.length} pairs of user and database have ${sizes[0]} sessions each`] : []),
  ];
  const isSure = isReset && (texts.length > 1 || reset * 10 >= clues.length * 9);
  return isReset || texts.length > 1 ? { isSure, texts } : null;
}

function oversized(all: Clues, clues: readonly Clue[], { isSure, texts }: Signs) {
  const resting = doing(clues, 'resting');
  const confidence = confidenceIn(clues.length, clues.length);
  return suspect(all, clues, {
    cause: 'pooler-oversized',
    confidence: isSure ? confidence : notMoreThan('medium', confidence),
    evidence: [
      `${counted(clues.length, 'session')} of one address, ${resting.length} idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}`,
      ...texts,
    ],
  });
}
