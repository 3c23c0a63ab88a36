import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AdviceFacts, adviceFactsOf } from '../../functions/core/advice/advice-facts.ts';
import { cancelLongest, endBlocker, endOpenTransactions } from '../../functions/core/advice/by-hand.ts';
import type { Cause, Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { rankGroups } from '../../functions/core/server/rank-groups.ts';
import { everyStatementOf, statementsOf } from '../core/advice/statements.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { runOf } from '../support/records.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openActive, openIdle } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';
import { waitUntil } from '../support/wait-until.ts';

describe.each([14, 16, 18] as const)('on PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;
  beforeAll(async () => {
    server = await startServer({ version, settings: { max_prepared_transactions: 2 } });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
    await server.query('CREATE TABLE stock AS SELECT 1 AS id, 0 AS amount');
    await server.query('GRANT ALL ON stock TO app');
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  /** What the real snapshot says, with everybody but us under suspicion. */
  const facts = async (cause: Cause): Promise<AdviceFacts> => {
    const database = await openDatabase(server, headroom);
    const snapshot = await database.readSnapshot();
    await database.close();
    const culprits = rankGroups(snapshot).groups.map((usage) => ({
      usage,
      cause,
      confidence: 'high' as const,
      evidence: [],
      opening: null,
    }));
    const diagnosis: Diagnosis = { cause, confidence: 'high', evidence: [], culprits };
    return adviceFactsOf(runOf({ snapshot }), snapshot, diagnosis);
  };
  const update = 'UPDATE stock SET amount = amount + 1';
  const waiting = async () =>
    (await server.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).length;
  const waits = async () => (await waiting()) === 2;

  test('the root of a queue is found and its end lets the queue go on', async () => {
    const holder = await openIdle(server, { role: app, application: 'forgotten' });
    await holder.client.query('BEGIN');
    await holder.client.query(update);
    const waiting = [1, 2].map(() => openIdle(server, { role: app, application: 'web' }));
    const updates = (await Promise.all(waiting)).map(({ client }) => client.query(update));
    await waitUntil(waits, { what: 'two sessions waited' });

    const [advice] = endBlocker(await facts('lock-pile-up'));
    expect(advice?.text).toMatch(
      new RegExp(
        `^pid ${holder.pid} \\(forgotten\\) blocks 2 sessions and has been idle in transaction for `,
      ),
    );
    for (const statement of statementsOf(advice?.paste?.lines ?? [])) await server.query(statement);
    await Promise.all(updates);
    expect(await holder.ended).toBe('57P01');
  });

  test('several sessions that hold a lock are named together, and one that waits behind a waiter is a guess', async () => {
    const readers = await Promise.all(
      [1, 2, 3, 4].map(() => openIdle(server, { role: app, application: 'report' })),
    );
    for (const { client } of readers) {
      await client.query('BEGIN');
      await client.query('SELECT FROM stock');
    }
    const migration = await server.connect();
    const altered = migration.query('ALTER TABLE stock ADD COLUMN IF NOT EXISTS more int');
    await waitUntil(async () => (await waiting()) === 1, { what: 'the migration waited' });
    const late = await openIdle(server, { role: app, application: 'web' });
    const selected = late.client.query('SELECT FROM stock');
    await waitUntil(waits, { what: 'two sessions waited' });

    const [advice] = endBlocker(await facts('lock-pile-up'));
    const [first = 0, second, third] = readers.map(({ pid }) => pid).sort((a, b) => a - b);
    expect(advice?.text).toContain(
      `pid ${first} (report) blocks 2 sessions (for 1 of them this is a guess, by their place in the queue) and has been idle in transaction for `,
    );
    expect(advice?.text).toContain(
      ` It holds the lock together with pid ${second} (report), pid ${third} (report) and 1 more: the queue moves when all 4 have ended.`,
    );
    for (const statement of statementsOf(advice?.paste?.lines ?? [])) await server.query(statement);
    await readers.find(({ pid }) => ![first, second, third].includes(pid))?.client.query('COMMIT');
    await Promise.all([altered, selected]);
  });

  test('a cancel reaches the longest statement, and what stays can be ended', async () => {
    const session = await openActive(server, { role: app, application: 'report' });
    const [advice] = cancelLongest(await facts('slow-queries'));
    const [cancel = '', end = ''] = everyStatementOf(advice?.paste);
    expect(advice?.text).toContain(`pid ${session.pid} (report) has run longest`);
    expect(await server.query(cancel)).toEqual([{ pg_cancel_backend: true }]);
    const isIdle = async () =>
      (await server.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'idle'", [session.pid]))
        .length === 1;
    await waitUntil(isIdle, { what: 'the statement was cancelled' });
    expect(session.isOpen()).toBe(true);
    expect(await server.query(end)).toEqual([{ pg_terminate_backend: true }]);
    await session.ended;
  });

  test('an open transaction ends by hand', async () => {
    const session = await openIdle(server, { role: app, application: 'forgotten' });
    await session.client.query('BEGIN');
    const [advice] = endOpenTransactions(await facts('idle-in-transaction'));
    for (const statement of statementsOf(advice?.paste?.lines ?? [])) await server.query(statement);
    expect(await session.ended).toBe('57P01');
  });

  test('a later session with the same pid is left alone', async () => {
    const session = await openActive(server, { role: app, application: 'report' });
    const [advice] = cancelLongest(await facts('slow-queries'));
    const later = everyStatementOf(advice?.paste).map((each) => each.replace(/, '\d{4}/, ", '1999"));
    expect(later).toHaveLength(2);
    for (const statement of later) expect(await server.query(statement)).toEqual([]);
    expect(session.isOpen()).toBe(true);
  });

  test('a prepared transaction at the root is looked up', async () => {
    const client = await server.connect(app);
    await client.query('BEGIN');
    await client.query(update);
    await client.query("PREPARE TRANSACTION 'left'");
    const waiting = [1, 2].map(() => openIdle(server, { role: app, application: 'web' }));
    const updates = (await Promise.all(waiting)).map(({ client }) => client.query(update));
    await waitUntil(waits, { what: 'two sessions waited' });
    const [advice] = endBlocker(await facts('lock-pile-up'));
    expect(advice?.text).toMatch(/^2 sessions wait for a lock that a prepared transaction holds\./);
    const [look = ''] = statementsOf(advice?.paste?.lines ?? []);
    expect(await server.query(look)).toMatchObject([{ gid: 'left', owner: 'app' }]);
    await server.query("ROLLBACK PREPARED 'left'");
    await Promise.all(updates);
  });
});
