import { addressMatcher } from '../../base/address.ts';
import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import type { Clue, Clues } from '../evidence.ts';
import { agesOf, confidenceIn, doing, notMoreThan, type Search, type Suspect, suspect } from '../suspect.ts';
import { inUse } from './busy-sessions.ts';

const FEWEST = 8;

/**
 * `pooler-oversized`: a pooler with many sessions that rest. Which are its own its console says, where it was asked; the policy
 * may name its address; else a pooler shows by what it does to them, and is only said to be suspected: no plan goes by it.
 */
export const poolerOversized: Search = (all, left) => {
  const listed = new Set(all.snapshot.pooler?.sessions.map(({ pid }) => pid));
  const isListed = ({ session }: Clue) => session.pid !== null && listed.has(session.pid);
  const isKnown = addressMatcher(all.record.policy.protect.poolers);
  const hosts = Map.groupBy(
    left.filter((clue) => !isListed(clue) && clue.session.address !== ''),
    ({ session }) => session.address,
  );
  return [
    ...sought(all, left.filter(isListed), () => LISTED),
    ...[...hosts].flatMap(([address, clues]) =>
      sought(all, clues, () => (isKnown(address) ? NAMED_BY_POLICY : signsIn(clues))),
    ),
  ];
};

function sought(all: Clues, clues: readonly Clue[], signsOf: () => Signs | null): readonly Suspect[] {
  if (clues.length < FEWEST || inUse(clues).length * 2 > clues.length) return [];
  const signs = signsOf();
  return signs === null ? [] : [oversized(all, clues, signs)];
}

type Signs = { readonly isKnown: boolean; readonly isSure: boolean; readonly texts: readonly string[] };

const LISTED: Signs = {
  isKnown: true,
  isSure: true,
  texts: ['the pooler itself lists these sessions'],
};
const NAMED_BY_POLICY: Signs = {
  isKnown: true,
  isSure: true,
  texts: ['the policy names the address as a pooler'],
};

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
    ...(names >= 3 ? [`one login has ${names} application names`] : []),
    ...(isEven ? [`${sizes.length} pairs of user and database have ${sizes[0]} sessions each`] : []),
  ];
  const isSure = isReset && (texts.length > 1 || reset * 10 >= clues.length * 9);
  return isReset || texts.length > 1 ? { isKnown: false, isSure, texts } : null;
}

function oversized(all: Clues, clues: readonly Clue[], { isKnown, isSure, texts }: Signs) {
  const resting = doing(clues, 'resting');
  const confidence = confidenceIn(clues.length, clues.length);
  const whose = isKnown ? 'of one pooler' : "that look like one pooler's";
  return suspect(all, clues, {
    cause: 'pooler-oversized',
    confidence: isSure ? confidence : notMoreThan('medium', confidence),
    evidence: [
      `${counted(clues.length, 'session')} ${whose}, ${resting.length} idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}`,
      ...texts,
    ],
  });
}
