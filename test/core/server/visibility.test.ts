import { describe, expect, test } from 'vitest';
import { isBlind } from '../../../functions/core/server/visibility.ts';
import { aHiddenSession, aSession, aSnapshot, someSessions } from '../../support/builders.ts';

const OWN = aSession({ pid: 1, user: 'fixer', application: 'pg-headroom', state: 'active' });
const hidden = (count: number) =>
  Array.from({ length: count }, (_, index) => aHiddenSession({ pid: 500 + index }));

const blindness = (visible: number, hiddenCount: number, readsAllStats = true) =>
  isBlind(
    aSnapshot({
      sessions: [OWN, ...someSessions(visible, 10), ...hidden(hiddenCount)],
      server: { ownPid: 1, readsAllStats },
    }),
  );

describe('E4: a role that cannot see', () => {
  test.each([
    [0, 0, true, false],
    [9, 1, true, false],
    [5, 5, true, false],
    [4, 5, true, true],
    [0, 1, true, true],
    [9, 0, false, true],
    [0, 0, false, true],
  ])(
    'with %d visible and %d hidden sessions, reading all statistics %j, is blind: %j',
    (seen, unseen, reads, blind) => {
      expect(blindness(seen, unseen, reads) !== null).toBe(blind);
    },
  );

  test('is told which grant is missing, by name', () => {
    expect(blindness(1, 9)).toEqual({
      code: 'blind-role',
      message: expect.stringMatching(/\(9 are hidden\).*GRANT pg_read_all_stats TO "fixer";$/),
    });
  });

  test("is told how many clients it cannot see, the server's own processes left out", () => {
    const processes = hidden(3).map((session) => ({ ...session, pid: -1, database: null }));
    const sessions = [OWN, ...hidden(2), ...processes];
    expect(isBlind(aSnapshot({ sessions, server: { ownPid: 1 } }))?.message).toContain('(2 are hidden)');
  });

  test('does not see through background processes and our own sessions, which are no clients', () => {
    const background = Array.from({ length: 5 }, (_, index) =>
      aSession({ pid: 900 + index, backendType: 'parallel worker' }),
    );
    const own = someSessions(5, 950, { user: 'fixer', application: 'pg-headroom' });
    const sessions = [OWN, ...own, ...background, ...someSessions(1, 10), ...hidden(2)];
    expect(isBlind(aSnapshot({ sessions, server: { ownPid: 1 } }))).not.toBeNull();
  });
});
