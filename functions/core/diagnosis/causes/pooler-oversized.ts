import { addressMatcher } from '../../base/address.ts';
import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import { isNamedAsPooler } from '../../server/pooler-names.ts';
import { groupKey } from '../../server/session.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { agesOf, cappedAt, confidenceIn, doing, type Search, type Suspect, suspect } from '../suspect.ts';
import { inUse } from './busy-sessions.ts';

const FEWEST = 8;

/**
 * `pooler-oversized`: a pooler with many idle sessions. Its console, where it was asked, lists its sessions.
 * The policy may have its address. Otherwise a pooler shows by what it does to its sessions. Then it is only
 * suspected, and no plan uses that.
 */
export const poolerOversized: Search = (all, left) => {
  const listed = new Set(all.snapshot.pooler?.sessions.map(({ pid }) => pid));
  const isListed = ({ session }: SessionEvidence) => session.pid !== null && listed.has(session.pid);
  const isNamed = (member: SessionEvidence) => !isListed(member) && isNamedAsPooler(member.session);
  const isKnown = addressMatcher(all.record.policy.protect.poolers);
  const hosts = Map.groupBy(
    left.filter((member) => !isListed(member) && !isNamed(member) && member.session.address !== ''),
    ({ session }) => session.address,
  );
  return [
    ...sought(all, left.filter(isListed), () => LISTED),
    ...sought(all, left.filter(isNamed), () => NAMED),
    ...[...hosts].flatMap(([address, members]) =>
      sought(all, members, () => (isKnown(address) ? NAMED_BY_POLICY : signsIn(members))),
    ),
  ];
};

function sought(
  all: Evidence,
  members: readonly SessionEvidence[],
  signsOf: () => Signs | null,
): readonly Suspect[] {
  if (members.length < FEWEST || inUse(members).length * 2 > members.length) return [];
  const signs = signsOf();
  return signs === null ? [] : [oversized(all, members, signs)];
}

type Signs = { readonly isKnown: boolean; readonly isSure: boolean; readonly texts: readonly string[] };

const LISTED: Signs = {
  isKnown: true,
  isSure: true,
  texts: ['the pooler itself lists these sessions'],
};
/** Any client may choose a pooler's name, but clients hardly ever do. */
const NAMED: Signs = {
  isKnown: true,
  isSure: false,
  texts: ['their application name is that of a pooler'],
};
const NAMED_BY_POLICY: Signs = {
  isKnown: true,
  isSure: true,
  texts: ['the policy names the address as a pooler'],
};

/**
 * Signs that a host with several services behind one address shows as well. They count only together with
 * another sign.
 */
function signsIn(members: readonly SessionEvidence[]): Signs | null {
  const wasReset = members.filter(({ session }) => /^DISCARD ALL\b/i.test(session.lastStatement ?? ''));
  const reset = wasReset.length;
  const logins = [...Map.groupBy(members, ({ session }) => JSON.stringify([session.user, session.database]))];
  const names = Math.max(
    ...logins.map(([, those]) => new Set(those.map(({ session }) => session.application)).size),
  );
  const sizes = logins.map(([, { length }]) => length);
  const isEven = sizes.length >= 3 && Math.min(...sizes) >= 3 && Math.max(...sizes) === Math.min(...sizes);
  if (isOneService(wasReset)) return null;
  const isReset = reset * 3 >= members.length;
  const texts = [
    ...(isReset ? [`${reset} were reset by DISCARD ALL, as poolers do`] : []),
    ...(names >= 3 ? [`one login has ${names} application names`] : []),
    ...(isEven ? [`${sizes.length} pairs of user and database have ${sizes[0]} sessions each`] : []),
  ];
  const isSure = isReset && texts.length > 1;
  return isReset || texts.length > 1 ? { isKnown: false, isSure, texts } : null;
}

/**
 * A pool of one service that resets its own sessions looks the same. With one role and one name it is such a
 * pool.
 */
function isOneService(wasReset: readonly SessionEvidence[]): boolean {
  const names = new Set(wasReset.map(({ session }) => groupKey(session)));
  return names.size === 1 && wasReset[0]?.session.application !== '';
}

function oversized(all: Evidence, members: readonly SessionEvidence[], { isKnown, isSure, texts }: Signs) {
  const resting = doing(members, 'resting');
  const confidence = confidenceIn(members.length, members.length);
  const whose = isKnown ? 'of one pooler' : "that look like one pooler's";
  return suspect(all, members, {
    cause: 'pooler-oversized',
    confidence: isSure ? confidence : cappedAt('medium', confidence),
    evidence: [
      `${counted(members.length, 'session')} ${whose}, ${resting.length} idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}`,
      ...texts,
    ],
  });
}
