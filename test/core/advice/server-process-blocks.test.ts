import { describe, expect, test } from 'vitest';
import type { Session } from '../../../functions/core/server/session.ts';
import { fullTextOf } from '../../../functions/render/message/full-text.ts';
import { aPolicy, aSession, HOUR, MINUTE, someSessions } from '../../support/builders.ts';
import { ALARM, runOf, snapshotOf } from '../../support/records.ts';

const HEAD = 50;
const FIRST = 51;

/** What people read of 60 sessions that wait for an ALTER TABLE, which waits for this process. */
function textBehind(head: Partial<Session>, first: Partial<Session> = {}): string {
  const waiting = { state: 'active', waitEvent: 'relation', queryAgeMs: MINUTE, stateAgeMs: MINUTE };
  const waiters = [
    aSession({ pid: FIRST, application: 'migrate', ...waiting, queryAgeMs: 20 * MINUTE, ...first }),
    ...someSessions(60, 1_000, () => ({ ...waiting, application: 'shop' })),
  ];
  const ofServer = { user: null, application: '', address: '', superuser: null };
  const sessions = [...waiters, aSession({ pid: HEAD, ...ofServer, ...head })];
  const mode = (at: number) => (at === 0 ? 'AccessExclusiveLock' : 'AccessShareLock');
  const lock = {
    kind: 'relation',
    holders: [{ pid: HEAD, mode: 'ShareUpdateExclusiveLock' }],
    waiters: waiters.map(({ pid }, at) => ({ pid: pid ?? 0, mode: mode(at) })),
  };
  const snapshot = { ...snapshotOf(sessions, { max: 64 }), locks: [lock] };
  const record = runOf({ snapshot, policy: aPolicy({ mode: 'enforce' }), trigger: ALARM });
  return fullTextOf(record).replaceAll(/\s+/g, ' ');
}

const vacuum = (lastStatement: string) => ({
  backendType: 'autovacuum worker',
  state: 'active',
  queryAgeMs: HOUR,
  lastStatement,
});

describe('at the head of a queue', () => {
  test('an autovacuum worker that prevents wraparound is left to finish, and the ALTER TABLE behind it is cancelled', () => {
    const text = textBehind(vacuum('autovacuum: VACUUM public.stock (to prevent wraparound)'));
    expect(text).toContain(
      "The server's own autovacuum worker (pid 50), which prevents wraparound, is at the head of the queue.",
    );
    expect(text).toContain(
      'pid 50 (autovacuum worker) blocks 61 sessions. It prevents wraparound, so it does not give way',
    );
    expect(text).toContain('pid 51 (migrate) makes the queue: it has waited first for 20m');
    expect(text).toContain(
      'Cancel exactly this statement, and run it later with a lock_timeout. Then the 60 behind it go on.',
    );
    expect(text).toMatch(/SELECT pid, pg_cancel_backend\(pid\) .* \(51, '/);
    expect(text).not.toMatch(/\(50, '|role \(none\)|work in batches|End each transaction/);
  });

  test('any other autovacuum worker gives way by itself', () => {
    expect(textBehind(vacuum('autovacuum: ANALYZE public.stock'))).toContain(
      'It gives way by itself after deadlock_timeout',
    );
  });

  test('a migration that makes the queue is not cancelled, but its owner is asked', () => {
    const text = textBehind(vacuum('autovacuum: VACUUM public.stock (to prevent wraparound)'), {
      application: 'Flyway by Redgate',
    });
    expect(text).toContain('It is protected (backup, migration or monitoring): ask its owner to stop it.');
    expect(text).not.toMatch(/pg_cancel_backend|pg_terminate_backend/);
  });

  test.each([
    ['startup', 'It replays changes of the primary'],
    ['walsender', 'It is a replication connection'],
    ['logical replication apply worker', 'ALTER SUBSCRIPTION with DISABLE stops it'],
    ['parallel worker', 'SELECT leader_pid FROM pg_stat_activity WHERE pid = 50;'],
    ['checkpointer', "It is the server's own process and goes on by itself. Do not end it"],
  ])('a %s has words of its own and is not ended', (backendType, words) => {
    const text = textBehind({ backendType, database: null, state: null });
    expect(text).toContain(`pid 50 (${backendType}) blocks 61 sessions.`);
    expect(text).toContain(words);
    expect(text).toContain('For changes of tables, set a lock_timeout');
    expect(text).not.toMatch(/\(50, '|work in batches|End each transaction/);
  });

  test('a backup is not ended, and the ALTER TABLE behind it is cancelled', () => {
    const text = textBehind({ user: 'backup', application: 'pg_dump', superuser: false, state: 'active' });
    expect(text).toContain(
      "pid 50 (pg_dump) blocks 61 sessions. Do not end it: it is protected (a server's own program)",
    );
    expect(text).toMatch(/SELECT pid, pg_cancel_backend\(pid\) .* \(51, '/);
    expect(text).not.toMatch(/\(50, '/);
  });
});
