import { ageText, counted } from '../base/words.ts';
import { ANY_NAME } from '../server/program-stem.ts';
import { usageIn } from '../server/rank-groups.ts';
import type { Group } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import { type Evidence, type SessionEvidence, sumOf } from './evidence.ts';
import { agesOf, type Suspect } from './suspect.ts';

/** Fewer roles are named one by one. */
const FEWEST_ROLES = 8;
/** A role that holds a larger share is named alone. */
const MOST_OF_ONE = 0.3;

/**
 * Sessions of many roles under one application name. The names of the roles have a part in common, as with a
 * role for each tenant.
 */
export type RoleFamily = {
  readonly members: readonly SessionEvidence[];
  readonly roles: number;
  readonly name: Group;
};

export function roleFamilies(all: Evidence, members: readonly SessionEvidence[]): readonly RoleFamily[] {
  const families: RoleFamily[] = [];
  let left = members;
  for (const keyOf of KEYS) {
    const addresses = addressesByRole(left);
    const found = familiesBy(all, left, (role) => keyOf(role, addresses.get(role) ?? ''));
    families.push(...found);
    const taken = new Set(found.flatMap((family) => family.members));
    left = left.filter((member) => !taken.has(member));
  }
  return families;
}

/** The common part of role names: the name with `*` for numbers, its beginning or its end. Otherwise the set of their hosts. */
const KEYS: readonly ((role: string, addresses: string) => string)[] = [
  (role) => {
    const numbered = role.replace(/\d+/g, ANY_NAME);
    return numbered === role ? (/^[^-_.]+(?=[-_.])/.exec(role)?.[0] ?? role) : numbered;
  },
  (role) => /[-_.][^-_.]+$/.exec(role)?.[0] ?? role,
  (role, addresses) => (addresses === '' ? role : addresses),
];

function addressesByRole(members: readonly SessionEvidence[]): ReadonlyMap<string, string> {
  const byRole = Map.groupBy(members, ({ session }) => session.user ?? '');
  // The lists are numbered, because each member has its role's in its key, and a role may have thousands of addresses.
  const numbers = new Map<string, string>([['', '']]);
  return new Map(
    [...byRole].map(([role, those]) => {
      const addresses = [...new Set(those.map(({ session }) => session.address))]
        .toSorted(compareText)
        .join(' ');
      const number = numbers.get(addresses) ?? `\u0000${numbers.size}`;
      numbers.set(addresses, number);
      return [role, number];
    }),
  );
}

function familiesBy(
  { programs }: Evidence,
  members: readonly SessionEvidence[],
  keyOf: (role: string) => string,
): readonly RoleFamily[] {
  const keyed = members.flatMap((member) => {
    const program = programs.of(member.session);
    const key = keyOf(member.session.user ?? '');
    return program === null ? [] : [{ member, key: JSON.stringify([program.stem, key]) }];
  });
  return [...Map.groupBy(keyed, ({ key }) => key).values()].flatMap((those) => {
    const ofKey = those.map(({ member }) => member);
    const byRole = [...Map.groupBy(ofKey, ({ session }) => session.user ?? '')];
    const most = Math.max(...byRole.map(([, { length }]) => length));
    if (byRole.length < FEWEST_ROLES || most > ofKey.length * MOST_OF_ONE) return [];
    return [{ members: ofKey, roles: byRole.length, name: nameOf(ofKey) }];
  });
}

function nameOf(members: readonly SessionEvidence[]): Group {
  const shared = (names: readonly string[]) => sharedName([...new Set(names)].toSorted(compareText));
  return {
    application: shared(members.map(({ session }) => session.application)),
    user: shared(members.map(({ session }) => session.user ?? '')),
    database: shared(members.map(({ session }) => session.database ?? '')),
  };
}

/** `tenant_*` for `tenant_001` and `tenant_207`, `*_app` for `acme_app` and `globex_app`. */
function sharedName(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  const prefix = sharedStart(names).replace(/\d+$/, '');
  const backwards = names.map((name) => [...name].toReversed().join(''));
  const suffix = prefix === '' ? [...sharedStart(backwards)].toReversed().join('') : '';
  return `${prefix}${ANY_NAME}${suffix.replace(/^\d+/, '')}`;
}

function sharedStart(names: readonly string[]): string {
  const sorted = names.toSorted(compareText);
  const [first, last] = [sorted[0] ?? '', sorted.at(-1) ?? ''];
  const differs = [...first].findIndex((character, at) => character !== last.charAt(at));
  return differs < 0 ? first : first.slice(0, differs);
}

/** When the server is older than all sessions by this factor, a lifetime limits their age. */
export const OLDER_SERVER = 1.5;

/** What tells that the roles are one program: the hosts, and the lifetime of their sessions. */
function sharedText(members: readonly SessionEvidence[], uptimeMs: number | null): string {
  const hosts = new Set(members.map(({ session }) => session.address)).size;
  const oldestMs = Math.max(0, ...agesOf(members, 'openedMs'));
  const isReplaced = (uptimeMs ?? 0) >= oldestMs * OLDER_SERVER;
  const age = isReplaced ? `, and no session is older than ${ageText(oldestMs)}` : '';
  return `the roles share ${counted(hosts, 'address', 'addresses')}${age}`;
}

/** The same suspect, with all of its roles as one. */
export function asFamily(
  { snapshot, server, uptimeMs }: Evidence,
  found: Suspect,
  { roles, name }: RoleFamily,
): Suspect {
  const sessions = found.members.map(({ session }) => session);
  const each = [...Map.groupBy(sessions, ({ user }) => user).values()].map(({ length }) => length);
  const [least, most] = [Math.min(...each), Math.max(...each)];
  const limits = sumOf(snapshot.slots.roles, ({ name: role }) =>
    sessions.some(({ user }) => user === role) ? 1 : 0,
  );
  return {
    ...found,
    usage: usageIn(sessions, server.usable, name),
    evidence: [
      // Each role is a program of its own, and the hosts are told with what the roles share.
      ...found.evidence.filter((text) => !/^the same is true of|^each address has/.test(text)),
      `${roles} roles have ${least === most ? '' : `${least} to `}${counted(most, 'session')} each${limits > 0 ? `; ${limits} of the roles have a limit` : ''}`,
      sharedText(found.members, uptimeMs),
    ],
  };
}
