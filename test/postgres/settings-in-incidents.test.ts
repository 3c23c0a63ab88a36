import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Cause } from '../../functions/core/diagnosis/cause.ts';
import type { Session } from '../../functions/core/server/session.ts';
import { statementsOf } from '../core/advice/statements.ts';
import { aLogLines, aRefused, HOUR } from '../support/builders.ts';
import { openUnproven } from '../support/half-open.ts';
import { type IncidentServer, pasteWith, startIncidentServer } from '../support/incident-server.ts';
import { canLoseHosts, hasAcknowledged, loseHost, socketFrom } from '../support/lost-host.ts';
import type { Role, TestServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { SWEEP } from '../support/runs.ts';
import { endAllSessions, expectAlive } from '../support/server-state.ts';
import {
  openActive,
  openIdle,
  openIdleInTransaction,
  openMany,
  type TestSession,
} from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A setting that an incident's advice prints, and what it does there. */
type Incident = {
  readonly cause: Cause;
  readonly setting: string;
  /** Opens the incident's sessions, of the role `app`. */
  readonly open: () => Promise<readonly TestSession[]>;
  readonly older?: (session: Session) => Session;
  /** What ends a new session, or its statement, and the code that its client gets. */
  readonly does: (session: TestSession) => Promise<unknown>;
  readonly code: string;
};

/** What is at work in the incident has been so for long. */
const atWorkForLong = (session: Session): Session =>
  session.state === 'active' || session.state === 'idle in transaction'
    ? { ...session, stateAgeMs: HOUR, queryAgeMs: HOUR, transactionAgeMs: HOUR }
    : session;
const begins = ({ client }: TestSession) => client.query('BEGIN');
const runsLong = ({ client }: TestSession) => client.query('SELECT pg_sleep(20)');

/** Timeouts and settings of the server, in incidents for which they are printed. */
describe.each([14, 18] as const)('what advised settings refuse and end on PostgreSQL %i', (version) => {
  let server: TestServer;
  let app: Role;
  let other: Role;
  let at: IncidentServer;
  beforeAll(async () => {
    at = await startIncidentServer(version);
    ({ server, app, other } = at);
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  const busy = (role: Role, application: string) => openActive(server, { role, application });

  const INCIDENTS: readonly Incident[] = [
    {
      cause: 'slow-queries',
      setting: 'statement_timeout',
      open: () => openMany(9, () => busy(app, 'report')),
      older: atWorkForLong,
      does: runsLong,
      code: '57014',
    },
    {
      cause: 'idle-in-transaction',
      setting: 'idle_in_transaction_session_timeout',
      open: () => openMany(9, () => openIdleInTransaction(server, { role: app, application: 'orders' })),
      older: atWorkForLong,
      does: begins,
      code: '25P03',
    },
    {
      cause: 'lock-pile-up',
      setting: version >= 17 ? 'transaction_timeout' : 'statement_timeout',
      open: async () => {
        const holder = await openIdleInTransaction(server, { role: app, application: 'import' });
        await holder.client.query('UPDATE stock SET amount = amount + 1');
        const work = holder.client.query('SELECT pg_sleep(3600)').catch(() => {});
        const waiters = await openMany(9, () => openIdle(server, { role: app, application: 'web' }));
        for (const { client } of waiters) void client.query('TABLE stock FOR UPDATE').catch(() => {});
        const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        await waitUntil(async () => (await server.query(waiting)).length === 9, {
          what: 'nine sessions waited',
        });
        void work;
        return [holder, ...waiters];
      },
      older: (each) => (each.application === 'import' ? atWorkForLong(each) : each),
      does: async (session) => {
        await begins(session);
        await runsLong(session);
      },
      code: version >= 17 ? '25P04' : '57014',
    },
    {
      cause: 'developer-tools',
      setting: 'idle_session_timeout',
      open: () => openMany(9, () => openIdle(server, { role: app, application: 'psql' })),
      does: async () => {},
      code: '57P05',
    },
  ];

  test.each(INCIDENTS)(
    '$cause: $setting reaches new sessions of the role, and no others',
    async ({ cause, setting, open, older, does, code }) => {
      const before = await open();
      const advice = await at.advised(cause, {
        trigger: SWEEP,
        usedPercent: 10,
        untilPercent: 8,
        ...(older && { older }),
      });
      const { lines, undo } = pasteWith(advice, `ALTER ROLE "app" SET ${setting} = `);
      const short = lines.map((line) => line.replace(/= '\w+'/, "= '1s'"));
      expect(short).not.toEqual(lines);
      await at.run(short);
      const [theirs, ours] = [
        await openIdle(server, { role: other, application: 'other' }),
        await openIdle(server, { role: app, application: 'new' }),
      ];
      void does(theirs).catch(() => {});
      const got = await does(ours).then(
        () => ours.ended,
        (error) => error.code,
      );
      expect(got).toBe(code);
      // A cancelled statement leaves its session.
      if (code !== '57014') await ours.ended;
      expect(ours.isOpen()).toBe(code === '57014');
      await expectAlive(server, [theirs, ...before]);
      await at.run(undo);
      const after = await openIdle(server, { role: app, application: 'after' });
      expect((await after.client.query(`SHOW ${setting}`)).rows).toEqual([{ [setting]: '0' }]);
    },
  );

  test.skipIf(!canLoseHosts())(
    'a lost host: keepalives end what new sessions of the role have there, and nothing else (skipped without the right to drop packets)',
    async () => {
      const lost = `127.0.80.${version}`;
      const from = async (role: Role, address: string, application: string) => {
        const stream = () => socketFrom(address);
        const client = await server.connect(role, { application_name: application, stream });
        await client.query('SELECT count(*) FROM pg_class');
        return client;
      };
      const hosts = [lost, lost, lost, lost, lost, lost, '127.0.81.1', '127.0.81.2'];
      const before = [
        ...(await Promise.all(hosts.map((address) => from(app, address, 'api')))),
        ...(await Promise.all(
          hosts.slice(6).flatMap((address) => [1, 2].map(() => from(app, address, 'api'))),
        )),
      ];
      const openedAt = new Date(Date.now() - 2 * HOUR).toISOString().replace('T', ' ').replace('Z', '000+00');
      const advice = await at.advised('dead-clients', {
        trigger: SWEEP,
        usedPercent: 10,
        untilPercent: 8,
        older: (each) => {
          if (each.application !== 'api') return each;
          const stateAgeMs = each.address === lost ? HOUR / 3 : 300;
          return { ...each, backendStart: openedAt, stateAgeMs };
        },
      });
      const { lines, undo } = pasteWith(advice, 'ALTER ROLE "app" SET tcp_keepalives_idle = 60');
      // After 1 + 2 × 1 seconds instead of 60 + 6 × 10.
      const short = [/= 60;/, /= 10;/, /= 6;/].reduce(
        (all, value, at) => all.map((line) => line.replace(value, `= ${[1, 1, 2][at]};`)),
        lines,
      );
      await at.run(short);
      await from(other, lost, 'theirs');
      await from(app, lost, 'new');
      const living = await from(app, '127.0.81.1', 'living');
      const open = async () =>
        (
          await server.query(
            "SELECT application_name AS name FROM pg_stat_activity WHERE usename IN ('app', 'other')",
          )
        ).map(({ name }) => name);
      await waitUntil(async () => hasAcknowledged(lost), { what: 'nothing was on its way to the host' });
      using _ = loseHost(lost);
      await waitUntil(async () => !(await open()).includes('new'), {
        what: 'keepalives ended the session',
      });
      expect((await open()).toSorted()).toEqual([...before.map(() => 'api'), 'living', 'theirs']);
      expect((await living.query('SELECT 1 AS still')).rows).toEqual([{ still: 1 }]);
      await at.run(undo);
    },
  );

  test.runIf(version >= 18)(
    'half-open clients: authentication_timeout drops those that come after it, and no session',
    async () => {
      const client = await openIdle(server, { role: app, application: 'web' });
      const early = await openUnproven(server, 'app', 8);
      onTestFinished(early.close);
      const starting = async (olderMs = 0) => {
        const text = `SELECT pid FROM pg_stat_activity WHERE state = 'starting' AND backend_start < clock_timestamp() - interval '${olderMs} ms'`;
        return (await server.query(text)).map(({ pid }) => pid).toSorted();
      };
      await waitUntil(async () => (await starting(3_100)).length === 8, {
        what: 'eight clients had not logged in',
      });
      const before = await starting();
      const advice = await at.advised('half-open-clients', {
        trigger: SWEEP,
        usedPercent: 10,
        untilPercent: 8,
      });
      const { lines, undo } = pasteWith(advice, "ALTER SYSTEM SET authentication_timeout = '20s'");
      await at.run(lines.map((line) => line.replace("'20s'", "'2s'")));
      const shown = async () =>
        (await server.query('SHOW authentication_timeout'))[0]?.authentication_timeout;
      await waitUntil(async () => (await shown()) === '2s', { what: 'the setting held' });
      const late = await openUnproven(server, 'app', 1);
      onTestFinished(late.close);
      await waitUntil(async () => (await starting()).length === 8, { what: 'the late one was dropped' });
      expect(await starting()).toEqual(before);
      await expectAlive(server, [client]);
      await at.run(undo);
      await waitUntil(async () => (await shown()) === '1min', { what: 'the setting was as before' });
    },
  );

  test('all at work, or all walsenders taken: the raised settings hold after a restart, and nothing ends before', async () => {
    const replicator = await createRole(server, 'replicator', 'REPLICATION');
    const asWalsender = () =>
      server.connect(replicator, { replication: 'database', application_name: 'standby' } as object);
    const walsenders = [await asWalsender(), await asWalsender()];
    await expect(asWalsender()).rejects.toMatchObject({ code: '53300' });
    const refused = aRefused({ kind: 'wal-senders', user: 'replicator', count: 3 });
    const ofWalsenders = await at.advised('replication-limit', {
      trigger: aLogLines({ lines: 3, refused: [refused] }),
    });
    const rows = await server.query(
      statementsOf(pasteWith(ofWalsenders, 'FROM pg_stat_').lines)
        .join('\n')
        .replace(/^SET.*;\n/, ''),
    );
    const pids = walsenders.map((each) => Number(Reflect.get(each, 'processID')));
    expect(rows.map(({ pid }) => pid).toSorted()).toEqual(pids.toSorted());
    await Promise.all(walsenders.map((each) => each.end()));
    const programs = ['web', 'orders', 'mail', 'search', 'stock'];
    const working = await openMany(12, (index) => busy(index % 2 ? app : other, programs[index % 5] ?? ''));
    const ofSlots = await at.advised('limit-too-low', {
      trigger: SWEEP,
      usedPercent: 25,
      untilPercent: 24,
      older: (each) => (each.state === 'active' ? { ...each, stateAgeMs: 300, queryAgeMs: 300 } : each),
    });
    const ofMore = pasteWith(ofSlots, 'ALTER SYSTEM SET max_connections');
    const raised = /max_connections = (\d+)/.exec(ofMore.lines.join())?.[1];
    expect(Number(raised)).toBeGreaterThan(40);
    const pastes = [ofMore, pasteWith(ofWalsenders, 'ALTER SYSTEM SET max_wal_senders')];
    for (const { lines } of pastes) await at.run(lines);
    await expectAlive(server, working);
    await server.restart();
    expect(await server.query('SHOW max_connections')).toEqual([{ max_connections: raised }]);
    const after = [await asWalsender(), await asWalsender(), await asWalsender()];
    await Promise.all(after.map((each) => each.end()));
    for (const { undo } of pastes) await at.run(undo);
    await server.restart();
    expect(await server.query('SHOW max_connections')).toEqual([{ max_connections: '40' }]);
  });
});
