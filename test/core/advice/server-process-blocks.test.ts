import { expect, test } from 'vitest';
import type { Session } from '../../../functions/core/server/session.ts';
import { renderIncident } from '../../../functions/render/message/render-incident.ts';
import { aPolicy, aSession, HOUR, MINUTE, someSessions } from '../../support/builders.ts';
import { ALARM, runOf, snapshotOf } from '../../support/records.ts';

const HEAD = 50;

/** What people read of 60 changes of a table that wait for this process. */
function textBehind(head: Partial<Session>): string {
  const waiters = someSessions(60, 1_000, () => ({
    state: 'active',
    waitEvent: 'Lock:relation',
    application: 'shop',
    queryAgeMs: MINUTE,
  }));
  const ofServer = { user: null, application: '', address: '', superuser: null };
  const sessions = [...waiters, aSession({ pid: HEAD, ...ofServer, ...head })];
  const lock = {
    kind: 'relation',
    holders: [{ pid: HEAD, mode: 'ShareUpdateExclusiveLock' }],
    waiters: waiters.map(({ pid }) => ({ pid: pid ?? 0, mode: 'AccessExclusiveLock' })),
  };
  const snapshot = { ...snapshotOf(sessions, { max: 63 }), locks: [lock] };
  const record = runOf({ snapshot, policy: aPolicy({ mode: 'enforce' }), trigger: ALARM });
  return renderIncident(record).text.replaceAll(/\s+/g, ' ');
}

test('an autovacuum worker at the head of a queue is called that, without advice for developers', () => {
  const text = textBehind({ backendType: 'autovacuum worker', state: 'active', queryAgeMs: HOUR });
  expect(text).toContain("The server's own autovacuum worker (pid 50) is at the head of the queue.");
  expect(text).toContain('pid 50 (autovacuum worker) blocks 60 sessions and has run its statement for 1h.');
  expect(text).toContain('For changes of tables, set a lock_timeout');
  expect(text).not.toMatch(/role \(none\)|work in batches|End each transaction/);
});

test('the replay of a standby at the head of a queue is not to be ended here', () => {
  const text = textBehind({ backendType: 'startup', database: null, state: null });
  expect(text).toContain('pid 50 (startup) blocks 60 sessions. It replays changes of the primary');
  expect(text).not.toMatch(/role \(none\)|pg_cancel_backend|pg_terminate_backend|End each transaction/);
});
