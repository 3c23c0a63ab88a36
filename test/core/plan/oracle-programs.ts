import type { Session } from '../../../functions/core/server/session.ts';

/** What a program is, and how a rung is gone through, a second time: part of the oracle, by the same rules. */

/** The stems of the generated names, written out by hand; all others are their own. */
const STEMS: Readonly<Record<string, string>> = {
  'web-1': 'web',
  'web-2': 'web',
  'web [2 of 3 busy]': 'web',
  'web - 10.0.3.7:40640': 'web',
  'app-7f9c6b5d4-x2x9p': 'app',
  'app-deadbeef1': 'app',
  '4711': '*',
  '4712': '*',
  'v-app-A1b2C3d4E5f6G7h8I9j0-1700000000': 'v-app',
  'v-app-Z9y8X7w6V5u4T3s2R1q0-1700000600': 'v-app',
};
export const stemOf = (name: string | null) => STEMS[name ?? ''] ?? name ?? '';
const pairOf = ({ user, application }: Session) => JSON.stringify([user ?? '', application]);

/** A program: who is in it, and what it goes by where two are equal. */
export type OracleProgram = {
  readonly stem: string;
  readonly role: string;
  readonly members: readonly Session[];
};

/** Merges what is one program, two by two, until nothing is left to merge. */
export function mergedInto(clients: readonly Session[]): readonly OracleProgram[] {
  const singles = clients.filter(
    (one) => clients.filter((other) => pairOf(other) === pairOf(one)).length === 1,
  );
  const roleOf = ({ user }: Session) => stemOf(user);
  const nameOf = ({ application }: Session) => stemOf(application);
  const ofMany = (nameOf: (session: Session) => string, one: Session, other: Session) =>
    nameOf(one) === nameOf(other) &&
    singles.includes(one) &&
    singles.includes(other) &&
    singles.filter((each) => nameOf(each) === nameOf(one)).length > 5;
  const isSame = (one: Session, other: Session) =>
    (roleOf(one) === roleOf(other) && nameOf(one) === nameOf(other)) ||
    ofMany(roleOf, one, other) ||
    ofMany(nameOf, one, other);
  let classes: Session[][] = [];
  for (const client of clients) {
    const alike = classes.filter((members) => members.some((member) => isSame(member, client)));
    classes = [...classes.filter((members) => !alike.includes(members)), [...alike.flat(), client]];
  }
  return classes.map((members) => ({
    members,
    stem: members.map(nameOf).toSorted()[0] ?? '',
    role: members.map(roleOf).toSorted()[0] ?? '',
  }));
}

/** Sessions of programs that were several before: more than five names that keep a session each under one role become one. */
export const regrouped = (
  before: readonly OracleProgram[],
  after: readonly OracleProgram[],
): readonly Session[] =>
  after.flatMap(({ members }) => {
    const were = before.filter((program) => program.members.some((each) => members.includes(each)));
    return were.length > 1 ? members : [];
  });

const byAge = (a: Session, b: Session) =>
  (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0) || compare(keyOf(a), keyOf(b)) || (a.pid ?? 0) - (b.pid ?? 0);
const keyOf = ({ user, application, database }: Session) =>
  [user ?? '', application, database ?? ''].join('\u0001');
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Of the generated names, the one that poolers give themselves. */
const isPooler = ({ application }: Session) => application === 'Supavisor';

/** How a rung is gone through: poolers known by name last. */
export function rungOrder(here: readonly Session[], programs: readonly OracleProgram[]): readonly Session[] {
  const [first, last] = [here.filter((each) => !isPooler(each)), here.filter(isPooler)];
  return [...turnOrder(first, programs), ...turnOrder(last, programs)];
}

/** Program by program, and in each down to the last of every application and database first. */
function turnOrder(here: readonly Session[], programs: readonly OracleProgram[]): readonly Session[] {
  return programs
    .map((program) => ({ ...program, mine: here.filter((session) => program.members.includes(session)) }))
    .toSorted((a, b) => b.mine.length - a.mine.length || compare(a.stem, b.stem) || compare(a.role, b.role))
    .flatMap(({ mine }) => {
      const placeOf = ({ application, database }: Session) => `${application}\u0001${database ?? ''}`;
      const places = [...new Set(mine.map(placeOf))]
        .map((place) => ({
          place,
          those: mine.filter((session) => placeOf(session) === place).toSorted(byAge),
        }))
        .toSorted((a, b) => b.those.length - a.those.length || compare(a.place, b.place));
      return [
        ...places.flatMap(({ those }) => those.slice(0, -1)),
        ...places.map(({ those }) => those[those.length - 1] as Session).toSorted(byAge),
      ];
    });
}
