import { describe, expect, test } from 'vitest';
import { rankGroups } from '../../../functions/core/server/rank-groups.ts';
import { holderRows } from '../../../functions/render/page/holder-rows.ts';
import { HOUR } from '../../support/builders.ts';
import { factsOfPage, RECORDED, recorded } from '../../support/page-facts.ts';
import { sessionsOf, snapshotOf } from '../../support/records.ts';

const NOBODY = { isBlamed: () => false, isBlamedGroup: () => false, isBlamedRole: () => false };
const rowsOf = (
  programs: readonly (readonly [application: string, count: number])[],
  blamed: readonly string[] = [],
) =>
  holderRows(
    rankGroups(
      snapshotOf(
        sessionsOf(
          programs.map(([application, count]) => ({
            application,
            user: application,
            count,
            fromAgeMs: HOUR,
          })),
        ),
        { max: 503 },
      ),
    ),
    { ...NOBODY, isBlamedGroup: ({ application }) => blamed.includes(application) },
  ).rows.map(({ groups, sessions, isBlamed }) => [
    groups.map(({ group }) => group.application).join(),
    sessions,
    isBlamed,
  ]);

describe('the rows of slots by program and state', () => {
  test('begin with the blamed programs, and then have the largest first', () => {
    expect(
      rowsOf(
        [
          ['web', 9],
          ['jobs', 4],
          ['cron', 6],
        ],
        ['jobs'],
      ),
    ).toEqual([
      ['jobs', 4, true],
      ['web', 9, false],
      ['cron', 6, false],
    ]);
  });

  test('show three and more programs with the same numbers as one, and two each for itself', () => {
    expect(
      rowsOf([
        ['ada', 3],
        ['bob', 3],
        ['eve', 3],
        ['web', 9],
        ['api', 9],
      ]),
    ).toEqual(
      [
        ['web', 9, false],
        ['api', 9, false],
        ['ada,bob,eve', 9, false],
      ]
        .toSorted((a, b) => Number(b[1]) - Number(a[1]))
        .map((row) => expect.arrayContaining([row[1], false])),
    );
    expect(
      rowsOf([
        ['ada', 3],
        ['bob', 3],
        ['eve', 3],
      ]).length,
    ).toBe(1);
    expect(
      rowsOf([
        ['ada', 3],
        ['bob', 3],
      ]).length,
    ).toBe(2);
  });

  test('never show a blamed program and another one as one', () => {
    expect(
      rowsOf(
        [
          ['ada', 3],
          ['bob', 3],
          ['eve', 3],
          ['kim', 3],
        ],
        ['ada'],
      ),
    ).toEqual([
      ['ada', 3, true],
      ['bob,eve,kim', 9, false],
    ]);
  });

  test('are at most nine, the last of each kind sums up the rest', () => {
    const programs = Array.from(
      { length: 40 },
      (_, at) => [`service-${'abcdefghij'[at % 10]}${'klmn'[at % 4]}x${at}y`, at + 1] as const,
    );
    const rows = rowsOf(
      programs,
      programs.slice(0, 12).map(([name]) => name),
    );
    expect(rows.length).toBeLessThanOrEqual(9);
    expect(rows.reduce((sum, [, sessions]) => sum + Number(sessions), 0)).toBe((40 * 41) / 2);
  });

  test('count every session of every recorded incident once', () => {
    for (const { ranking, blame } of RECORDED.values()) {
      if (ranking === null) continue;
      const { rows, hidden } = holderRows(ranking, blame);
      expect(rows.reduce((sum, { sessions }) => sum + sessions, hidden)).toBe(ranking.used);
    }
  });
});

describe('blamed are', () => {
  const blamedIn = (name: string) => {
    const { ranking, blame } = factsOfPage(recorded(name));
    return (ranking?.groups ?? [])
      .filter(({ group }) => blame.isBlamedGroup(group))
      .map(({ group }) => `${group.application}@${group.user}`);
  };

  test('the culprits of a mixture', () => {
    expect(blamedIn('mixture-two-leaks').length).toBe(2);
  });

  test('all programs of which the same is true, and not only the largest', () => {
    expect(blamedIn('pooler-oversized-per-user').length).toBeGreaterThan(3);
    expect(blamedIn('developer-tools-many-people').length).toBeGreaterThan(3);
  });

  test('the head of a queue for a lock, and none that waits in it', () => {
    expect(blamedIn('lock-pile-up-behind-a-migration')).toEqual(['report@analyst']);
    expect(blamedIn('lock-pile-up-forgotten-transaction')).toEqual(['backoffice@admin']);
  });

  test('no program when the cause is not clear', () => {
    expect(blamedIn('unclear-a-bit-of-everything')).toEqual([]);
  });
});
