import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { advisedNow, pasted } from '../support/by-hand.ts';
import { type Role, startServer, type TestServer, wanted } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openHolderOfAdvisoryLock, openIdle, openIdleInTransaction, openMany } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

const BEHIND_LASTING_HEADS = `
  SELECT FROM pg_stat_activity AS waiter WHERE wait_event_type = 'Lock' AND NOT EXISTS (
    SELECT FROM pg_stat_activity AS head WHERE head.pid = ANY (pg_blocking_pids(waiter.pid))
    AND head.wait_event_type IS DISTINCT FROM 'Lock' AND coalesce(head.xact_start, head.state_change) > clock_timestamp() - interval '2.1 s')`;

describe.each(wanted([14, 16, 18]))(
  'what advice does by hand about a queue for locks on PostgreSQL %i',
  (version) => {
    let server: TestServer;
    let headroom: Role;
    let app: Role;
    beforeAll(async () => {
      server = await startServer({
        version,
        settings: { max_prepared_transactions: 2, max_connections: 60 },
      });
      headroom = await createLeastPrivilegeRole(server);
      app = await createRole(server, 'app');
      await server.query('CREATE TABLE stock AS SELECT 1 AS id, 0 AS amount');
      await server.query('ALTER TABLE stock OWNER TO app');
    });
    afterAll(() => server.stop());
    afterEach(() => endAllSessions(server));

    const update = 'UPDATE stock SET amount = amount + 1';
    const ask = (text: string) => server.query(text);
    const idle = (application: string) => openIdle(server, { role: app, application });
    /** A head is named once its transaction, or what it did last, is two seconds old. */
    const waits = async (count: number) =>
      waitUntil(async () => (await ask(BEHIND_LASTING_HEADS)).length === count, {
        what: `${count} sessions waited behind lasting heads`,
      });
    /** Sessions that each run the statement and wait for a lock. */
    const waiters = async (count: number, statement: string) => {
      const sessions = await openMany(count, () => idle('web'));
      const all = sessions.map(({ client }) => client.query(statement));
      return Promise.all(all);
    };
    test('the idle holder of an advisory lock: a cancel does nothing, the printed end lets the queue go on', async () => {
      const holder = await openHolderOfAdvisoryLock(server, { role: app, application: 'scheduler', key: 7 });
      const queue = waiters(2, 'SELECT pg_advisory_lock_shared(7)');
      await waits(2);
      const advice = await advisedNow(server, headroom, 'lock-pile-up');
      expect(advice[0]?.text).toMatch(
        /\(scheduler\) blocks 2 sessions and has been idle with an advisory lock/,
      );
      await ask(`SELECT pg_cancel_backend(${holder.pid})`);
      await waits(2);
      expect((await pasted(advice, ask)).done).toEqual([{ pid: holder.pid, pg_terminate_backend: true }]);
      await queue;
      expect(await holder.ended).toBe('57P01');
    });

    test('a forgotten transaction at the head of a queue ends, and one that went on stays', async () => {
      const holder = await openIdleInTransaction(server, { role: app, application: 'forgotten' });
      await holder.client.query(update);
      const queue = waiters(2, update);
      await waits(2);
      const before = await advisedNow(server, headroom, 'lock-pile-up');
      expect(before[0]?.text).toMatch(
        new RegExp(
          `^pid ${holder.pid} \\(forgotten\\) blocks 2 sessions and has been idle in transaction for `,
        ),
      );
      await holder.client.query('SELECT 1');
      expect((await pasted(before, ask)).done).toEqual([]);
      expect((await pasted(await advisedNow(server, headroom, 'lock-pile-up'), ask)).done).toHaveLength(1);
      await queue;
      expect(await holder.ended).toBe('57P01');
    });

    test('a working holder is cancelled while its transaction lasts, and not in the next one', async () => {
      const holder = await openIdleInTransaction(server, { role: app, application: 'import' });
      await holder.client.query(update);
      const work = holder.client.query('SELECT pg_sleep(3600)').catch(({ code }) => code);
      const queue = waiters(2, update);
      await waits(2);
      const advice = await advisedNow(server, headroom, 'lock-pile-up');
      expect(advice[1]?.text).toContain('A session that ended its transaction after');
      expect((await pasted(advice, ask)).done).toEqual([{ pid: holder.pid, pg_cancel_backend: true }]);
      expect(await work).toBe('57014');
      await holder.client.query('ROLLBACK');
      await queue;
      const next = holder.client.query('SELECT pg_sleep(0.3)');
      expect((await pasted(advice, ask)).done).toEqual([]);
      await next;
    });

    test('several holders are named together', async () => {
      const readers = await openMany(4, () =>
        openIdleInTransaction(server, { role: app, application: 'report' }),
      );
      for (const { client } of readers) await client.query('SELECT FROM stock');
      const migration = await server.connect();
      const altered = migration.query('ALTER TABLE stock ADD COLUMN IF NOT EXISTS more int');
      await waits(1);
      const late = waiters(1, 'SELECT FROM stock');
      await waits(2);
      const advice = await advisedNow(server, headroom, 'lock-pile-up');
      expect(advice[0]?.text).toContain('and 1 more: the queue moves when all 4 have ended.');
      expect((await pasted(advice, ask)).done).toHaveLength(3);
      for (const { client, isOpen } of readers) if (isOpen()) await client.query('COMMIT').catch(() => {});
      await Promise.all([altered, late]);
    });

    test('behind a replication connection the ALTER TABLE is cancelled, and replication stays', async () => {
      const replicator = await createRole(server, `replicator_${version}`, 'REPLICATION SUPERUSER');
      const walsender = await server.connect(replicator, { replication: 'database' } as object);
      await walsender.query('BEGIN');
      await walsender.query('LOCK TABLE stock IN ACCESS SHARE MODE');
      const migration = await idle('migrate');
      const altered = migration.client
        .query('ALTER TABLE stock ADD COLUMN IF NOT EXISTS most int')
        .catch(({ code }) => code);
      await waits(1);
      const late = waiters(2, 'SELECT FROM stock');
      await waits(3);
      const advice = await advisedNow(server, headroom, 'lock-pile-up');
      expect(advice.map(({ text }) => text)).toEqual([
        expect.stringMatching(/\(walsender\) blocks 3 sessions\. It is a replication connection/),
        expect.stringMatching(/\(migrate\) makes the queue/),
        expect.stringMatching(/^Cancel exactly this statement/),
      ]);
      expect((await pasted(advice.slice(0, 1), ask)).shown).toMatchObject([
        { pid: Reflect.get(walsender, 'processID') },
      ]);
      expect((await pasted(advice.slice(1), ask)).done).toEqual([
        { pid: migration.pid, pg_cancel_backend: true },
      ]);
      expect(await altered).toBe('57014');
      await late;
      await walsender.query('COMMIT');
      await walsender.end();
    });

    test('a prepared transaction at the root is looked up', async () => {
      const client = await server.connect(app);
      await client.query('BEGIN');
      await client.query(update);
      await client.query("PREPARE TRANSACTION 'left'");
      const queue = waiters(2, update);
      await waits(2);
      const advice = await advisedNow(server, headroom, 'lock-pile-up');
      expect(advice[0]?.text).toMatch(/^2 sessions wait for a lock that a prepared transaction holds\./);
      expect((await pasted(advice, ask)).shown).toMatchObject([{ gid: 'left', owner: 'app' }]);
      await ask("ROLLBACK PREPARED 'left'");
      await queue;
    });
  },
);
