import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { rootBlocker } from '../../../functions/core/advice/root-blocker.ts';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import { explain } from '../../../functions/core/diagnosis/explain.ts';
import { lockGraphOf } from '../../../functions/core/server/lock-graph.ts';
import type { Session } from '../../../functions/core/server/session.ts';
import { fullTextOf } from '../../../functions/render/message/full-text.ts';
import { renderIncident } from '../../../functions/render/message/render-incident.ts';
import { recordings } from '../../incidents/recordings.ts';
import { aPolicy, aSession, HOUR, MINUTE, SECOND, someSessions } from '../../support/builders.ts';
import { ALARM, runOf, sessionsOf, snapshotOf } from '../../support/records.ts';
import { renderPage } from '../../support/render-page.ts';
import { anAdviceCase, LEAK, SHOP } from './an-advice-case.ts';
import { linesOn, textsOn } from './said.ts';

/** Many clients that change one row: the holder, and those that wait for it. */
function rowQueue(holder: Partial<Session>, waitedMs: number) {
  const head = aSession({ pid: 50, application: 'shop', state: 'active', ...holder });
  const waiters = someSessions(30, 1_000, () => ({
    application: 'shop',
    state: 'active',
    waitEvent: 'transactionid',
    stateAgeMs: waitedMs,
    queryAgeMs: waitedMs,
    blockedBy: [50],
  }));
  const snapshot = snapshotOf([head, ...waiters], { max: 34 });
  return runOf({ snapshot, policy: aPolicy({ mode: 'observe' }), trigger: ALARM });
}

describe('a lock that goes from one client to the next', () => {
  const hot = rowQueue({ transactionAgeMs: 12, stateAgeMs: 3 }, 400);
  const fresh = rowQueue({ transactionAgeMs: 900, stateAgeMs: 900, state: 'idle in transaction' }, 700);
  const textOf = (record: typeof hot) => renderIncident(record).text.replaceAll(/\s+/g, ' ');

  test('has no holder that is named or ended', () => {
    expect(diagnose(hot)?.cause).toBe('lock-pile-up');
    expect(textOf(hot)).toContain('No session has held the lock for 2s: it goes from one client to the next');
    expect(textOf(hot)).toContain('to end one helps nobody');
    expect(textOf(hot)).not.toMatch(/pid 50|pg_cancel_backend|pg_terminate_backend/);
  });

  test('names no holder of less than two seconds, however long the others have waited', () => {
    expect(textOf(fresh)).not.toMatch(/pid 50|pg_cancel_backend|pg_terminate_backend/);
    expect(rootBlocker(fresh.snapshot ?? { sessions: [] })?.passesOn).toBe(true);
  });

  test('is told from a lock that one has held for two seconds', () => {
    expect(textOf(rowQueue({ transactionAgeMs: 2 * SECOND, stateAgeMs: 3 }, HOUR))).toMatch(
      /pid 50 \(shop\)/,
    );
  });
});

describe('what most sessions wait for decides', () => {
  const slow = (waitEvent: string) =>
    anAdviceCase({
      groups: [{ count: 50, application: 'web', user: 'web', state: 'active', fromAgeMs: 5 * MINUTE }, SHOP],
      cause: 'slow-queries',
      change: (snapshot) => ({
        ...snapshot,
        sessions: snapshot.sessions.map((each) => (each.user === 'web' ? { ...each, waitEvent } : each)),
      }),
    });

  test('a COMMIT that waits for a standby is neither cancelled nor given a timeout', () => {
    expect(textsOn(slow('SyncRep'))[0]).toMatch(
      /^50 sessions wait until a synchronous standby confirms.*synchronous_standby_names/,
    );
    expect([...textsOn(slow('SyncRep')), ...linesOn(slow('SyncRep'))].join('\n')).not.toMatch(
      /pg_cancel|pg_terminate|statement_timeout|short transactions/,
    );
  });

  test('WAIT FOR LSN on a standby is no slow query: it is neither cancelled nor given a timeout', () => {
    for (const event of ['WaitForWalReplay', 'WaitForWalWrite', 'WaitForWalFlush']) {
      const incident = slow(event);
      expect(textsOn(incident)[0]).toMatch(
        /^50 sessions wait in WAIT FOR LSN until this standby has the WAL/,
      );
      expect([...textsOn(incident), ...linesOn(incident)].join('\n')).not.toMatch(
        /pg_cancel|pg_terminate|statement_timeout|short transactions|slow quer/,
      );
      const { subject, text } = renderIncident(incident.record);
      expect(subject).toContain('web waits for replay');
      expect(text.replaceAll(/\s+/g, ' ')).toContain('web waits for WAL on this standby (WAIT FOR LSN)');
      const page = renderPage({ ...incident.record, reduced: [] });
      for (const each of [text, fullTextOf(incident.record), page]) expect(each).not.toMatch(/slow quer/i);
      expect(page).toContain('Sessions that wait until this standby has the WAL');
    }
  });

  test('statements that began together are said to have run equally long', () => {
    const text = renderIncident(slow('DataFileRead').record).text.replaceAll(/\s+/g, ' ');
    expect(text).toContain('half of them for 5m, none for longer');
  });

  test('a statement that works is cancelled and given a timeout', () => {
    expect(linesOn(slow('DataFileRead')).join('\n')).toMatch(/pg_cancel_backend[\s\S]*statement_timeout/);
  });
});

describe('sessions that wait for notifications', () => {
  const listeners = (lastStatement: string) =>
    runOf({
      snapshot: snapshotOf(
        someSessions(60, 1_000, (at) => ({
          application: 'push',
          user: 'push',
          address: `10.1.19.${at % 6}`,
          stateAgeMs: 3 * HOUR,
          lastStatement,
        })),
        { max: 64 },
      ),
      policy: aPolicy({ mode: 'observe' }),
      trigger: ALARM,
    });
  const textOf = (lastStatement: string) => fullTextOf(listeners(lastStatement)).replaceAll(/\s+/g, ' ');

  test('are told to share one session in each process, and neither a pooler nor smaller pools', () => {
    expect(textOf('LISTEN events')).toContain(
      '60 sessions of push from 6 addresses wait for notifications. One session can LISTEN to all channels',
    );
    expect(textOf('LISTEN events')).not.toMatch(/pgbouncer|Let them hold at most/i);
    expect(textOf('SELECT 1')).toMatch(/pgbouncer[\s\S]*|Let them hold at most/i);
  });

  test('are named beside the key of the policy that keeps them', () => {
    expect(textOf('LISTEN events')).toContain(
      'Without protect.listeners (clients that wait for notifications)',
    );
  });
});

describe('a superuser’s sessions', () => {
  const postgres = {
    ...LEAK,
    count: 99,
    application: 'shop',
    user: 'postgres',
    superuser: true,
    leaks: true,
  };
  const full = (count: number, max: number) =>
    runOf({
      snapshot: snapshotOf(sessionsOf([{ ...postgres, count }]), { max }),
      policy: aPolicy({ mode: 'enforce' }),
      trigger: ALARM,
    });
  const messageOf = (count: number, max: number) => {
    const { subject, text } = renderIncident(full(count, max));
    return { subject, text: `${text}${fullTextOf(full(count, max))}`.replaceAll(/\s+/g, ' ') };
  };

  test('are told in words, with the login to change and the reserve', () => {
    const { subject, text } = messageOf(99, 100);
    expect(subject).toContain('no run ends sessions of superusers');
    expect(text).toContain('all 97 slots and 2 of the reserve used');
    expect(text).toContain('Give shop a login that is no superuser, in place of postgres.');
    expect(text).not.toMatch(/policy spares|CONNECTION LIMIT \d|in the policy of|Without (protect|limits)/);
  });

  test('are ended by a superuser, by a list of its own form', () => {
    const { text } = messageOf(99, 100);
    expect(text).toMatch(
      /end exactly these 20 sessions\. That frees 20 slots of the \d+ that are missing\. Only a superuser can\./,
    );
    expect(text).toMatch(/AND state = 'idle' AND state_change <= '2026-11-21/);
    expect(text).not.toContain('headroom terminate');
  });

  test('leave no way in when all reserved slots are taken', () => {
    expect(messageOf(100, 100).text).toContain('No slot is left, not even for a superuser');
    expect(messageOf(98, 100).text).not.toContain('No slot is left');
  });

  test('that only stand beside the cause are left alone', () => {
    const groups = [LEAK, { ...SHOP, user: 'postgres', superuser: true, fromAgeMs: HOUR }];
    const incident = anAdviceCase({ groups, cause: 'connection-leak', mode: 'observe' });
    expect(linesOn(incident).join('\n')).toContain('WHERE rolsuper');
    expect(textsOn(incident).join('\n')).not.toMatch(/Only a superuser|a login that is no superuser/);
  });
});

describe('the server’s own programs', () => {
  test.each([
    ['postgres_fdw', "keep_connections 'off'"],
    ['dblink', 'dblink_disconnect()'],
    ['pg_cron', 'cron.use_background_workers'],
    ['repmgr', 'repmgrd'],
    ['pg_dump', 'fewer jobs'],
  ])('%s has a hint of its own, and none for drivers', (application, hint) => {
    const incident = anAdviceCase({
      groups: [{ ...LEAK, application }, SHOP],
      cause: 'oversized-idle-pools',
    });
    const said = [...textsOn(incident), ...linesOn(incident)].join('\n');
    expect(said).toContain(hint);
    expect(said).not.toMatch(
      /HikariCP|Let them hold at most|pgbouncer|pg_terminate_backend|CONNECTION LIMIT|pool_size/,
    );
  });
});

test('what coordinators of Citus open has the hint of its own settings', () => {
  const application = 'citus_internal gpid=10000012199';
  const incident = anAdviceCase({
    groups: [{ ...LEAK, application }, SHOP],
    cause: 'oversized-idle-pools',
  });
  const said = [...textsOn(incident), ...linesOn(incident)].join('\n');
  expect(said).toContain('citus.max_shared_pool_size');
  expect(said).not.toMatch(/HikariCP|Let them hold at most|pgbouncer|pg_terminate_backend|CONNECTION LIMIT/);
});

describe('one program of many roles', () => {
  const groups = Array.from({ length: 55 }, (_, at) => ({
    ...LEAK,
    count: 3,
    application: 'saas',
    user: `tenant_${String(at).padStart(2, '0')}`,
    fromAgeMs: 50 * MINUTE,
    toAgeMs: 40 * MINUTE,
  }));
  const record = runOf({
    snapshot: snapshotOf(sessionsOf(groups), { max: 170 }),
    policy: aPolicy({ mode: 'enforce' }),
    trigger: ALARM,
  });

  test('is one story: what the roles share, how many they are, what each may have', () => {
    const { diagnosis } = explain(record, []);
    expect(diagnosis).toMatchObject({
      cause: 'oversized-idle-pools',
      culprits: [{ usage: { group: { user: 'tenant_*' } } }],
    });
    const evidence = diagnosis?.culprits[0]?.evidence.join('; ');
    expect(evidence).toMatch(/55 roles have 3 sessions each/);
    expect(evidence).toMatch(/the roles share 3 addresses/);
    expect(evidence).not.toMatch(/the same is true of/);
  });

  test('has a query that prints a limit for each role, and its undo', () => {
    const { diagnosis } = explain(record, []);
    const advice = diagnosis === null ? [] : adviseOn(record, diagnosis);
    const cap = advice.find(({ text }) => text.startsWith('55 roles held 165 sessions'));
    expect(cap?.text).toContain('Let each have at most 2 sessions');
    expect(cap?.paste?.lines.join('\n').match(/'tenant_\d\d', 2/g)).toHaveLength(55);
    expect(cap?.paste?.undo?.join('\n').match(/'tenant_\d\d', -1/g)).toHaveLength(55);
  });
});

describe('recorded: a row that many clients change in turn', () => {
  test.each(['lock-pile-up-hot-row-14', 'lock-pile-up-hot-row-18'])(
    '%s names no head, though its transaction is older than two seconds or the queue',
    (name) => {
      const record = recordings().find(({ story }) => story.name === name)?.record;
      if (record === undefined) throw new Error(`${name} is not recorded`);
      const { sessions = [], locks = [] } = record.snapshot ?? {};
      const heads = lockGraphOf({ sessions, locks }).heads[0]?.pids ?? [];
      expect(heads).toHaveLength(1);
      expect(rootBlocker({ sessions, locks })?.passesOn).toBe(true);
      const said = `${renderIncident(record).text}\n${fullTextOf(record)}`;
      expect(said).not.toMatch(/pg_cancel_backend|pg_terminate_backend|at the head of the queue/);
      expect(said.replaceAll(/\s+/g, ' ')).toContain('to end one helps nobody');
    },
  );
});
