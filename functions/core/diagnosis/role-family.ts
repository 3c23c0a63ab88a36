import { ANY_NAME } from '../server/program-stem.ts';
import { usageIn } from '../server/rank-groups.ts';
import type { Group } from '../server/session.ts';
import { compareText } from '../server/slots.ts';
import { type Evidence, type SessionEvidence, sumOf } from './evidence.ts';
import type { Suspect } from './suspect.ts';

/** Fewer roles are told one by one. */
const FEWEST_ROLES = 8;
/** A role that holds more than this part is told alone. */
const MOST_OF_ONE = 0.3;

/** Sessions of many roles whose names have a part in common, under one application name: a role for each tenant. */
export type RoleFamily = {
  readonly members: readonly SessionEvidence[];
  readonly roles: number;
  readonly name: Group;
};

export function roleFamilies(
  { programs }: Evidence,
  members: readonly SessionEvidence[],
): readonly RoleFamily[] {
  const keyed = members.flatMap((member) => {
    const program = programs.of(member.session);
    return program === null ? [] : [{ member, key: JSON.stringify([program.stem, partOf(program.role)]) }];
  });
  return [...Map.groupBy(keyed, ({ key }) => key).values()].flatMap((those) => {
    const members = those.map(({ member }) => member);
    const byRole = [...Map.groupBy(members, ({ session }) => session.user ?? '')];
    const most = Math.max(...byRole.map(([, { length }]) => length));
    if (byRole.length < FEWEST_ROLES || most > members.length * MOST_OF_ONE) return [];
    return [{ members: members, roles: byRole.length, name: nameOf(members) }];
  });
}

/** What numbers stand in, or what stands before the first separator. */
function partOf(role: string): string {
  const numbered = role.replace(/\d+/g, ANY_NAME);
  return numbered === role ? (/^[^-_.]+(?=[-_.])/.exec(role)?.[0] ?? role) : numbered;
}

function nameOf(members: readonly SessionEvidence[]): Group {
  const shared = (names: readonly string[]) => sharedName([...new Set(names)].toSorted(compareText));
  return {
    application: shared(members.map(({ session }) => session.application)),
    user: shared(members.map(({ session }) => session.user ?? '')),
    database: shared(members.map(({ session }) => session.database ?? '')),
  };
}

/** `tenant_*` of `tenant_001` and `tenant_207`. */
function sharedName(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  const last = names.at(-1) ?? '';
  const differs = [...first].findIndex((character, at) => character !== last.charAt(at));
  const prefix = first.slice(0, differs < 0 ? first.length : differs).replace(/\d+$/, '');
  return `${prefix}${ANY_NAME}`;
}

/** The same suspect with all of its roles as one. */
export function asFamily(
  { snapshot, server }: Evidence,
  found: Suspect,
  { roles, name }: RoleFamily,
): Suspect {
  const sessions = found.members.map(({ session }) => session);
  const each = [...Map.groupBy(sessions, ({ user }) => user).values()].map(({ length }) => length);
  const most = Math.max(...each);
  const limits = sumOf(snapshot.slots.roles, ({ name: role }) =>
    sessions.some(({ user }) => user === role) ? 1 : 0,
  );
  return {
    ...found,
    usage: usageIn(sessions, server.usable, name),
    evidence: [
      ...found.evidence.filter((text) => !text.includes('programs are alike')),
      `${roles} roles with ${Math.round(sessions.length / roles)} sessions each, at most ${most}: together they may have ${Math.floor(server.usable / roles)} each on ${server.usable} usable slots${limits > 0 ? `; ${limits} of the roles have a limit` : ''}`,
    ],
  };
}
