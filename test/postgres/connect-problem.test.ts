import { describe, expect, test } from 'vitest';
import { connectProblem, type Obstacle } from '../../functions/postgres/connection/connect-problem.ts';
import { targetOf } from '../support/targets.ts';

/** What is told of tries that met these obstacles. */
function told(...obstacles: readonly (readonly [Obstacle, number])[]): string {
  const target = targetOf({ host: '127.0.0.1', port: 5432 });
  const tries = obstacles.reduce((sum, [, count]) => sum + count, 0);
  const facts = { target, user: 'headroom', tries, startedAt: Date.now(), obstacles: new Map(obstacles) };
  return connectProblem(facts).message;
}

const ALL = 'all slots are taken, also the reserved ones';
const RESERVED_LEFT = 'only slots that are reserved for other roles are free';

describe('Tries that all failed', () => {
  test.each([
    ['only by full slots', [['all', 21]], ALL],
    [
      'mostly by full slots, and now and then by the reserve',
      [
        ['all', 17],
        ['reserved-left', 4],
      ],
      ALL,
    ],
    [
      'by slots that our own tries took from one another',
      [
        ['all', 12],
        ['reserved-left', 4],
      ],
      RESERVED_LEFT,
    ],
    [
      'mostly by the reserve',
      [
        ['all', 4],
        ['reserved-left', 12],
      ],
      RESERVED_LEFT,
    ],
    [
      'by full slots more often than by silence',
      [
        ['silent', 9],
        ['all', 1],
      ],
      ALL,
    ],
    [
      'by a role limit that hung logins reach',
      [
        ['hanging', 1],
        ['role-limit', 9],
      ],
      'does not finish the login',
    ],
  ] satisfies readonly [string, readonly [Obstacle, number][], string][])(
    '%s are told so',
    (_, obstacles, words) => {
      expect(told(...obstacles)).toContain(words);
    },
  );
});
