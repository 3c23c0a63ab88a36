import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../functions/core/plan/plan.ts';
import { planRemediation } from '../../../functions/core/plan/plan-remediation.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { aPolicy, aSession, aSnapshot, MINUTE } from '../../support/builders.ts';

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 300) };

const hex = fc.stringMatching(/^[0-9a-f]{8,16}$/);
const word = fc.stringMatching(/^[a-z]{3,12}$/);
const name = fc.oneof(
  word,
  hex,
  fc.uuid(),
  fc.nat(9_999).map(String),
  fc.tuple(word, hex).map((parts) => parts.join('-')),
  fc.tuple(word, fc.uuid()).map((parts) => parts.join('/')),
  fc.tuple(word, fc.nat(99)).map(([text, count]) => `${text} [${count} busy]`),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.ipV4().map((address) => `app - ${address}:40640`),
  fc.ipV6().map((address) => `app - ${address}`),
);
/** Names of a role's sessions, each used by so many. */
const names = fc.array(fc.record({ name, sessions: fc.integer({ min: 1, max: 3 }) }), {
  minLength: 1,
  maxLength: 60,
});
const keeps = fc.nat(3);

/** A role's sessions under these names, in a database of their own or in one, all idle for long. */
function sessionsUnder(
  named: readonly { readonly name: string; readonly sessions: number }[],
): readonly Session[] {
  return named
    .flatMap(({ name: application, sessions }) => Array.from({ length: sessions }, () => application))
    .map((application, at) =>
      aSession({
        pid: at + 1,
        application,
        database: `d${at % 3}`,
        stateAgeMs: 100 * MINUTE + ((at * 7) % 13) * MINUTE,
      }),
    );
}

/** The plan for a server that these fill, and that wants each of their slots back, or so many. */
function planAll(sessions: readonly Session[], keepPerGroup: number, wanted = sessions.length): Plan {
  const policy = aPolicy({
    relieve: { when: { freeSlots: 1 }, until: { freeSlots: wanted } },
    limits: { keepPerGroup, maxPercent: 100, maxVictims: 5_000 },
  });
  const slots = { max: sessions.length, superuserReserved: 0 };
  return planRemediation(aSnapshot({ sessions, slots }), policy, 'alarm');
}

/** Names that a stranger picks beside others: its own words, and those of its neighbours, in pairs or otherwise. */
const picked = fc.record({
  name: fc.oneof(
    word,
    hex,
    fc.constantFrom('web', 'app', 'etl', ''),
    fc.tuple(fc.constantFrom('web', 'app', 'etl'), fc.nat(99)).map(([stem, number]) => `${stem}-${number}`),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  ),
  sessions: fc.constantFrom(1, 2, 2, 2, 3),
  state: fc.constantFrom('idle', 'idle', 'idle', 'active'),
});
/** Roles cannot be chosen. The names of these come before and after that of the stranger. */
const NEIGHBOURS = ['api', 'etl', 'tenant_1', 'tenant_2', 'tenant_3', 'tenant_4', 'tenant_5', 'zoo'] as const;
const neighbour = fc.record({
  user: fc.constantFrom(...NEIGHBOURS),
  name: fc.oneof(
    fc.constantFrom('web', 'app', 'etl'),
    fc.nat(20).map((number) => `web-${number}`),
    word,
  ),
  sessions: fc.constantFrom(1, 1, 2, 10),
});

describe('Names are free to choose', () => {
  test('also in pairs and beside neighbours, whose names they may be: no role keeps more, where slots are missing', () => {
    fc.assert(
      fc.property(
        fc.array(picked, { minLength: 1, maxLength: 60 }),
        fc.array(neighbour, { maxLength: 20 }),
        keeps,
        (stranger, neighbours, keep) => {
          const all = [...stranger.map((each) => ({ user: 'mallory', ...each })), ...neighbours];
          const sessions = all
            .flatMap(({ sessions: count, name: application, ...fields }) =>
              Array.from({ length: count }, () => ({ ...fields, application })),
            )
            .map((fields, at) =>
              aSession({
                ...fields,
                pid: at + 1,
                database: `d${at % 3}`,
                stateAgeMs: (60 + (at % 13)) * MINUTE,
              }),
            );
          const kept = planAll(sessions, keep).spared.filter(({ reason }) => reason === 'kept');
          for (const [role, ofRole] of Map.groupBy(sessions, ({ user }) => user)) {
            const most = Math.max(Math.floor(ofRole.length / 10), keep + 5);
            expect(kept.filter(({ session }) => session.user === role).length).toBeLessThanOrEqual(most);
          }
        },
      ),
      RUNS,
    );
  });

  test('also where a program of several roles has one session of the stranger in each of its keeps', () => {
    // Each name of the stranger is that of six single sessions of a neighbour whose role comes first.
    const words = ['alpha', 'beta', 'gamma', 'delta'];
    const shared = words.flatMap((stem) => [
      ...Array.from({ length: 6 }, (_, at) => ({
        user: `api-${stem}`,
        application: `${stem}-${at}`,
        minutes: 90,
      })),
      { user: 'mallory', application: `${stem}-99`, minutes: 60 },
    ]);
    const own = ['one', 'two', 'three', 'four', 'five', 'six'].flatMap((application) =>
      [70, 70].map((minutes) => ({ user: 'mallory', application, minutes })),
    );
    const sessions = [...shared, ...own].map(({ minutes, ...names }, at) =>
      aSession({ ...names, pid: at + 1, stateAgeMs: minutes * MINUTE }),
    );
    const kept = planAll(sessions, 1).spared.filter(({ reason }) => reason === 'kept');
    expect(kept.filter(({ session }) => session.user === 'mallory')).toHaveLength(6);
  });

  const pairsOf = (user: string, applications: string) =>
    [...applications].flatMap((letter) => [1, 2].map(() => ({ user, application: `${letter}x` })));
  const idleFor = (
    minutes: number,
    all: readonly { readonly user: string; readonly application: string }[],
  ) => all.map((names, at) => aSession({ ...names, pid: at + 1, stateAgeMs: minutes * MINUTE }));
  const releasedIn = ({ victims }: Plan) =>
    victims.flatMap(({ session, reason }) => (reason.released ? [session] : []));

  test('and of such a program the session of the role with too much is given up, whatever rests longer', () => {
    const shared = [...'abcd'].flatMap((letter) => [
      ...Array.from({ length: 6 }, (_, at) => ({ user: `api-${letter}`, application: `${letter}y-${at}` })),
      { user: 'mallory', application: `${letter}y-99` },
    ]);
    const sessions = idleFor(90, shared).map((each) =>
      each.user === 'mallory' ? { ...each, stateAgeMs: 60 * MINUTE } : each,
    );
    const own = [...'efghij'].flatMap((letter) =>
      Array.from({ length: 8 }, (_, at) =>
        aSession({
          user: 'mallory',
          application: `${letter}z`,
          pid: 1_000 + at * 10 + letter.charCodeAt(0),
          stateAgeMs: 70 * MINUTE,
        }),
      ),
    );
    const released = releasedIn(planAll([...sessions, ...own], 2)).map(({ application }) => application);
    expect(released.slice(0, 4)).toEqual(['ay-99', 'by-99', 'cy-99', 'dy-99']);
  });

  test('and leases of one role count together', () => {
    const leases = ['A1b2C3d4E5f6G7h8I9j0', 'Z9y8X7w6V5u4T3s2R1q0', 'K1l2M3n4O5p6Q7r8S9t0'];
    const sessions = idleFor(
      90,
      leases.flatMap((lease, at) => pairsOf(`v-app-${lease}-1700000000`, ['abc', 'def', 'ghi'][at] ?? '')),
    );
    expect(releasedIn(planAll(sessions, 1))).toHaveLength(3);
  });

  test('and of equal programs of two roles that of the first role gives up its keep', () => {
    const sessions = idleFor(90, [...pairsOf('zoo', 'abcdefg'), ...pairsOf('api', 'abcdefg')]);
    const [released, ...more] = releasedIn(planAll(sessions, 1, 15));
    expect([released?.user, released?.application, more]).toEqual(['api', 'ax', []]);
  });

  test('and none of them keeps more than a tenth of its role, or five more than one name would', () => {
    fc.assert(
      fc.property(names, keeps, (named, keep) => {
        const sessions = sessionsUnder(named);
        const kept = planAll(sessions, keep).spared.filter(({ reason }) => reason === 'kept').length;
        expect(kept).toBeLessThanOrEqual(Math.max(Math.floor(sessions.length / 10), keep + 5));
        expect(kept).toBeGreaterThanOrEqual(Math.min(keep, sessions.length));
      }),
      RUNS,
    );
  });

  test('and with one session a name, the whole role keeps what one name would', () => {
    const distinct = fc.uniqueArray(name, { minLength: 6, maxLength: 60 });
    fc.assert(
      fc.property(distinct, keeps, (all, keep) => {
        const sessions = sessionsUnder(all.map((each) => ({ name: each, sessions: 1 })));
        const { victims, verdict } = planAll(sessions, keep);
        expect(victims).toHaveLength(Math.max(0, sessions.length - keep));
        expect(verdict).toBe(keep === 0 ? 'sufficient' : victims.length > 0 ? 'partial' : 'no-candidates');
      }),
      RUNS,
    );
  });

  test.each([1, 2, 3])(
    'while twelve services of ten sessions under one role keep %i each, or a tenth',
    (keep) => {
      const services = Array.from({ length: 12 }, (_, at) => ({
        name: `${'abcdefghijkl'[at]}-service`,
        sessions: 10,
      }));
      const { spared, victims } = planAll(sessionsUnder(services), keep);
      const kept = spared.filter(({ reason }) => reason === 'kept');
      expect(kept).toHaveLength(12);
      if (keep === 1) expect(new Set(kept.map(({ session }) => session.application)).size).toBe(12);
      expect(victims.filter(({ reason }) => reason.released)).toHaveLength(12 * (keep - 1));
    },
  );

  test('and the smallest programs give up their keep first, the oldest session of each first', () => {
    const sizes = [2, 3, 4, 5, 6, 7, 8, 9];
    // The order of their names is not that of their sizes.
    const services = sizes.map((sessions) => ({ name: `service ${'kjihgfedcba'[sessions]}`, sessions }));
    const { victims } = planAll(sessionsUnder(services), 1);
    const released = victims
      .filter(({ reason }) => reason.released)
      .map(({ session }) => session.application);
    expect(released).toEqual(['service i', 'service h']);
  });

  test('and no order of the sessions changes which of them end', () => {
    fc.assert(
      fc.property(names, keeps, (named, keep) => {
        const sessions = sessionsUnder(named);
        const pids = (all: readonly Session[]) =>
          planAll(all, keep).victims.map(({ session }) => session.pid);
        expect(pids(sessions.toReversed())).toEqual(pids(sessions));
        expect(pids(sessions.toSorted((a, b) => ((a.pid ?? 0) % 7) - ((b.pid ?? 0) % 7)))).toEqual(
          pids(sessions),
        );
      }),
      RUNS,
    );
  });
});
