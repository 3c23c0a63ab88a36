import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Trigger } from '../../functions/core/trigger/trigger.ts';
import { statementsOf } from '../core/advice/statements.ts';
import { startHost } from '../incidents/hosts.ts';
import { aLogLines, anAlarm, aRefused, HOUR } from '../support/builders.ts';
import { observedOn, pasted } from '../support/by-hand.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { SWEEP } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A table that autovacuum freezes slowly, once that many transactions were used. */
const SLOW_VACUUM = [
  'CREATE TABLE stock AS SELECT id, repeat($$x$$, 900) AS more FROM generate_series(1, 30000) AS id',
  'ALTER TABLE stock SET (autovacuum_enabled = off, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_freeze_max_age = 100000)',
  'ALTER TABLE stock OWNER TO app',
  'CREATE TABLE burnt (id int)',
  'DO $$ BEGIN FOR i IN 1..110000 LOOP BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$',
];

/** What a run that only observes finds and advises in an incident of a real server, and what that does there. */
describe.each([14, 18] as const)('on PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;
  beforeAll(async () => {
    server = await startServer({
      version,
      settings: { max_connections: 50, autovacuum_naptime: 1, autovacuum_freeze_max_age: 100_000 },
    });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  const ask = (text: string) => server.query(text);
  const observed = (trigger: Trigger, usedPercent = 60) =>
    observedOn(server, headroom, { trigger, usedPercent });
  const isRefused = (role: Role) =>
    server.connect(role).then(
      (client) => client.end().then(() => false),
      ({ code }) => code === '53300',
    );

  test('a family of roles: the printed query changes nothing, what it prints caps each, its undo takes that back', async () => {
    const roles: Role[] = [];
    for (let at = 1; at <= 10; at += 1)
      roles.push(await createRole(server, `tenant_${String(at).padStart(2, '0')}`));
    const bystander = await openIdle(server, { role: app, application: 'other' });
    for (const role of roles) await openMany(3, () => openIdle(server, { role, application: 'saas' }));
    const { diagnosis, advice } = await observed(anAlarm());
    expect(diagnosis).toMatchObject({
      cause: 'oversized-idle-pools',
      culprits: [{ usage: { group: { user: 'tenant_*' } } }],
    });
    const cap = advice.find(({ text }) => text.startsWith('10 roles held 30 sessions'));
    expect(cap?.text).toMatch(/Let each have at most 2 sessions \(20 together, of \d+ usable slots\)/);
    const limits = async () =>
      (await ask("SELECT DISTINCT rolconnlimit AS limit FROM pg_roles WHERE rolname LIKE 'tenant%'")).map(
        ({ limit }) => limit,
      );
    const printedBy = async (lines: readonly string[] = []) => {
      const rows = [];
      for (const each of statementsOf(lines)) rows.push(...(await ask(each)));
      return rows.flatMap((row) => Object.values(row)).filter((value) => /^ALTER ROLE/.test(String(value)));
    };
    const printed = await printedBy(cap?.paste?.lines);
    expect(printed).toHaveLength(10);
    expect(await limits()).toEqual([-1]);
    for (const statement of printed) await ask(String(statement));
    expect(await limits()).toEqual([2]);
    expect(await isRefused(roles[0] ?? app)).toBe(true);
    expect(await isRefused(app)).toBe(false);
    expect(bystander.isOpen()).toBe(true);
    expect(await ask("SELECT FROM pg_stat_activity WHERE usename LIKE 'tenant%'")).toHaveLength(30);
    for (const statement of await printedBy(cap?.paste?.undo)) await ask(String(statement));
    expect(await limits()).toEqual([-1]);
    expect(await isRefused(roles[0] ?? app)).toBe(false);
  });

  test("a role's limit: the listed idle sessions end, the role gets in again, nobody else is touched", async () => {
    const worker = await createRole(server, 'worker', 'CONNECTION LIMIT 6');
    const others = await openMany(4, () => openIdle(server, { role: app, application: 'other' }));
    const pool = await openMany(6, () => openIdle(server, { role: worker, application: 'jobs' }));
    expect(await isRefused(worker)).toBe(true);
    const refused = aRefused({ kind: 'role', user: 'worker', count: 3, clients: 1 });
    const { diagnosis, advice } = await observed(aLogLines({ lines: 3, refused: [refused] }), 90);
    expect(diagnosis).toMatchObject({
      cause: 'role-limit',
      culprits: [{ usage: { group: { user: 'worker' } } }],
    });
    const steps = advice.filter(({ isNow }) => isNow);
    expect(steps[1]?.text).toMatch(/end exactly (?:this|these \d+) sessions?\. That frees \d+ slots?/);
    const { shown, done } = await pasted(steps, ask);
    const told = Number(/frees (\d+)/.exec(steps[1]?.text ?? '')?.[1]);
    expect(told).toBeGreaterThan(0);
    expect([shown.length, done.length]).toEqual([told, told]);
    await waitUntil(() => pool.filter((each) => !each.isOpen()).length === told, {
      what: `${told} sessions ended`,
    });
    expect(others.every((each) => each.isOpen())).toBe(true);
    expect(await isRefused(worker)).toBe(false);
  });

  test('tcp_user_timeout: what is advised holds for new sessions, and ends one whose answer nobody takes', async () => {
    const lines = await stuckAdvice();
    expect(lines).toEqual([`ALTER ROLE "app" SET tcp_user_timeout = '30s';`]);
    // A test has less time than a client that is gone.
    for (const statement of lines) await ask(statement.replace("'30s'", "'2s'"));
    onTestFinished(async () => void (await ask('ALTER ROLE app RESET tcp_user_timeout')));
    await using host = await startHost(server, '127.0.78.2');
    const bystander = await server.connect(app);
    await openReader(host);
    await untilStuck(1);
    await waitUntil(async () => (await ask(STUCK)).length === 0, {
      what: 'the server gave the session up',
    });
    expect((await bystander.query('SELECT 1 AS still')).rows).toEqual([{ still: 1 }]);
    await bystander.end();
  });

  const STUCK = "SELECT FROM pg_stat_activity WHERE usename = 'app' AND wait_event = 'ClientWrite'";
  type Host = Awaited<ReturnType<typeof startHost>>;
  const openReader = async (host: Host): Promise<Client> => {
    const reader = await server.connect(app, { host: host.host, port: host.port });
    reader.on('error', () => {});
    reader.query("SELECT repeat('x', 1000) FROM generate_series(1, 200000)").catch(() => {});
    host.holdAnswers();
    return reader;
  };
  const untilStuck = (count: number) => {
    const isStuck = async () => {
      if ((await ask(STUCK)).length < count) return false;
      await sleep(500);
      return (await ask(STUCK)).length >= count;
    };
    return waitUntil(isStuck, { what: `${count} answers were not taken` });
  };

  test('behind an autovacuum that prevents wraparound the ALTER TABLE is cancelled, the queue goes on, the worker stays', async () => {
    for (const statement of SLOW_VACUUM) await ask(statement);
    const isAtWork =
      "SELECT FROM pg_stat_activity WHERE query LIKE 'autovacuum: %stock%(to prevent wraparound)' AND clock_timestamp() - xact_start > interval '3 s'";
    await waitUntil(async () => (await ask(isAtWork)).length > 0, { what: 'autovacuum froze the table' });
    const migration = await server.connect(app);
    migration.on('error', () => {});
    const altered = migration.query('ALTER TABLE stock ADD COLUMN note text').catch(({ code }) => code);
    const waiting = (count: number) =>
      waitUntil(
        async () =>
          (await ask("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).length === count,
        { what: `${count} sessions waited` },
      );
    await waiting(1);
    const clients = await openMany(9, () => openIdle(server, { role: app, application: 'web' }));
    const answers = Promise.all(clients.map(({ client }) => client.query('SELECT FROM stock LIMIT 1')));
    await waiting(10);
    const { diagnosis, advice } = await observed(SWEEP, 21);
    expect(diagnosis?.cause).toBe('lock-pile-up');
    const [head, ...steps] = advice.filter(({ isNow }) => isNow);
    expect(head?.text).toContain('It prevents wraparound, so it does not give way');
    expect((await pasted(steps, ask)).done).toMatchObject([{ pg_cancel_backend: true }]);
    expect(await altered).toBe('57014');
    await answers;
    expect((await ask(isAtWork)).length).toBe(1);
    await migration.end();
  });

  /** What is advised for a role whose clients have not taken their answers for long. */
  async function stuckAdvice(): Promise<readonly string[]> {
    await using host = await startHost(server, '127.0.78.1');
    // Of fewer sessions nothing is said.
    const readers = [];
    for (let count = 0; count < 9; count += 1) readers.push(await openReader(host));
    await untilStuck(readers.length);
    const { advice } = await observedOn(server, headroom, {
      trigger: SWEEP,
      usedPercent: 5,
      untilPercent: 4,
      older: (each) =>
        each.waitEvent === 'ClientWrite' ? { ...each, stateAgeMs: HOUR, queryAgeMs: HOUR } : each,
    });
    const paste = advice.find(({ text }) => text.startsWith('Set tcp_user_timeout'))?.paste;
    return statementsOf(paste?.lines ?? []).filter((line) => line.startsWith('ALTER'));
  }
});
