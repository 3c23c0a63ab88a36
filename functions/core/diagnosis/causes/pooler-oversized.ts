import { addressMatcher } from '../../base/address.ts';
import { medianOf } from '../../base/median.ts';
import { ageText, counted } from '../../base/words.ts';
import { isNamedAsPooler } from '../../server/pooler-names.ts';
import type { Evidence, SessionEvidence } from '../evidence.ts';
import { isReset } from '../pool-signs.ts';
import { agesOf, cappedAt, confidenceIn, doing, type Search, type Suspect, suspect } from '../suspect.ts';
import { inUse } from './busy-sessions.ts';
import { HOSTS_OF_SERVICE } from './oversized-idle-pools.ts';

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
  const own = poolsOfServices(all, left);
  return [
    ...sought(all, left.filter(isListed), () => LISTED),
    ...sought(all, left.filter(isNamed), () => NAMED),
    ...[...hosts].flatMap(([address, members]) => {
      if (isKnown(address)) return sought(all, members, () => NAMED_BY_POLICY);
      const shared = members.filter((member) => !own.has(member));
      return sought(all, shared, () => signsIn(shared));
    }),
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
 * Signs that a service or a host with several services shows as well. They count only together with another
 * sign.
 */
function signsIn(members: readonly SessionEvidence[]): Signs | null {
  const reset = members.filter(isReset).length;
  const logins = [...Map.groupBy(members, loginOf).values()];
  const names = Math.max(...logins.map(namesIn));
  const sizes = logins.map(({ length }) => length);
  const isEven = sizes.length >= 3 && Math.min(...sizes) >= 3 && Math.max(...sizes) === Math.min(...sizes);
  const isMostlyReset = reset * 3 >= members.length;
  const roles = new Set(members.filter(isReset).map(({ session }) => session.user)).size;
  const texts = [
    ...(isMostlyReset ? [`${reset} were reset by DISCARD ALL, as poolers do`] : []),
    ...(names >= 3 ? [`one login has ${names} application names`] : []),
    ...(isMostlyReset && roles > 1 ? [`${roles} roles are reset in the same way`] : []),
    ...(isEven ? [`${sizes.length} pairs of user and database have ${sizes[0]} sessions each`] : []),
  ];
  return texts.length > 1 ? { isKnown: false, isSure: false, texts } : null;
}

function loginOf({ session: { user, database } }: SessionEvidence): string {
  return JSON.stringify([user, database]);
}

function namesIn(members: readonly SessionEvidence[]): number {
  return new Set(members.map(({ session }) => session.application)).size;
}

/**
 * Pools of services that reset their own sessions, as slonik and old versions of Npgsql do. The sessions of a
 * login have the name of one program, which a pooler's reset would take away, or they come from many hosts.
 */
function poolsOfServices(
  { programs }: Evidence,
  left: readonly SessionEvidence[],
): ReadonlySet<SessionEvidence> {
  const isOfService = (login: readonly SessionEvidence[]) => {
    const reset = login.filter(isReset).map(({ session }) => session);
    if (reset.length === 0) return false;
    const isNamed = reset.every(({ application }) => application !== '');
    const hosts = new Set(reset.map(({ address }) => address)).size;
    return (isNamed && new Set(reset.map(programs.of)).size === 1) || hosts >= HOSTS_OF_SERVICE;
  };
  return new Set([...Map.groupBy(left, loginOf).values()].filter(isOfService).flat());
}

function oversized(all: Evidence, members: readonly SessionEvidence[], { isKnown, isSure, texts }: Signs) {
  const resting = doing(members, 'resting');
  const confidence = confidenceIn(members.length, members.length);
  const owned = isKnown ? 'of one pooler' : "that look like one pooler's";
  return suspect(all, members, {
    cause: 'pooler-oversized',
    confidence: isSure ? confidence : cappedAt('medium', confidence),
    evidence: [
      `${counted(members.length, 'session')} ${owned}, ${resting.length} idle, half of them for over ${ageText(medianOf(agesOf(resting, 'sinceMs')) ?? 0)}`,
      ...texts,
    ],
  });
}
