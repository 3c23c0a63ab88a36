import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineServer } from '../../functions/core/doctor/doctor.ts';
import { openSession } from '../../functions/postgres/connection/connect.ts';
import { queryOf } from '../../functions/postgres/connection/database.ts';
import { forExamination } from '../../functions/postgres/connection/startup.ts';
import { readDoctorFacts } from '../../functions/postgres/postgresql/read-doctor-facts.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { enterServer } from '../support/enter-server.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, resultsOf } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { startStrippingProxy } from '../support/stripping-proxy.ts';
import { inMs, type Place, targetOf } from '../support/targets.ts';

/** What the owner of the database that we connect to sets for everybody who comes there. */

const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });

/** `since`: the first version with this setting. */
const TRICKS = [
  { what: 'every transaction ends after 1 ms', sets: ['transaction_timeout = 1'], since: 17 },
  { what: 'every idle session ends after 1 ms', sets: ['idle_session_timeout = 1'], since: 14 },
  { what: 'every statement ends after 1 ms', sets: ['statement_timeout = 1'], since: 14 },
  { what: 'a library is loaded that is not there', sets: ["local_preload_libraries = 'missing'"], since: 14 },
  { what: 'everybody becomes another role', sets: ['role = pg_signal_backend'], since: 14 },
  { what: 'the first error ends a session', sets: ['exit_on_error = on'], since: 14 },
  {
    what: 'numbers, times and bytes have other forms',
    sets: [
      'extra_float_digits = -15',
      "DateStyle = 'German'",
      "TimeZone = 'Asia/Kathmandu'",
      "bytea_output = 'escape'",
    ],
    since: 14,
  },
  {
    what: 'transactions wait until all others let them begin',
    sets: [
      "default_transaction_isolation = 'serializable'",
      'default_transaction_read_only = on',
      'default_transaction_deferrable = on',
    ],
    since: 14,
  },
] as const;

const opposite = (value: string) => (value === 'on' ? 'off' : 'on');

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let mallory: Role;
  let app: Role;
  let place: Place;

  beforeAll(async () => {
    server = await startServer({
      version,
      settings: { max_connections: 20, superuser_reserved_connections: 3 },
    });
    [headroom, mallory, app] = [
      await createLeastPrivilegeRole(server),
      await createRole(server, 'mallory'),
      await createRole(server, 'app'),
    ];
    await server.query('CREATE DATABASE maint TEMPLATE template0 OWNER mallory');
    place = { host: server.host, port: server.port, database: 'maint' };
  });
  afterAll(() => server.stop());

  const set = async (settings: readonly string[]) => {
    const owner = await server.connect(mallory);
    await owner.query('ALTER DATABASE maint RESET ALL');
    for (const setting of settings) await owner.query(`ALTER DATABASE maint SET ${setting}`);
    await owner.end();
  };

  const run = async (through: Place, withinMs = 20_000) => {
    await openMany(15, () => openIdle(server, { role: app, statement: 'SELECT 1' }));
    // Open while another transaction writes, for which a serializable one that only reads would have to wait.
    const writing = await server.connect(app);
    await writing.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await writing.query('CREATE TEMPORARY TABLE written (at int)');
    const record = await remediate(
      aRequest({ policy: ENFORCE, deadline: inMs(withinMs) }),
      briskPorts(through, headroom),
    );
    const ages = (record.snapshot?.sessions ?? []).map(({ stateAgeMs }) => stateAgeMs);
    await writing.end();
    await endAllSessions(server);
    return { record, isWhole: ages.every((age) => age === null || Number.isInteger(age)) };
  };

  const tricks = TRICKS.filter(({ since }) => version >= since);

  test.each(tricks)('a run works where $what', async ({ sets }) => {
    await set(sets);
    const { record, isWhole } = await run(place);
    expect([record.outcome, record.problem, Object.keys(resultsOf(record))]).toEqual([
      'recovered',
      null,
      ['terminated'],
    ]);
    expect(isWhole).toBe(true);
  });

  test.each(tricks)(
    'a run works, or ends nobody and says why, where $what and our options are dropped',
    async ({ sets }) => {
      await set(sets);
      await using proxy = await startStrippingProxy(place);
      const { record } = await run(proxy, 6_000);
      if (record.outcome === 'recovered') expect(Object.keys(resultsOf(record))).toEqual(['terminated']);
      // His timer may also run out at the end of our login, and the server then ends the next statement's session. On a slow
      // machine our own time may be up first.
      else
        expect(record).toMatchObject({
          outcome: expect.toBeOneOf(['cannot-connect', 'failed']),
          attempts: [],
          problem: { code: expect.stringMatching(/^connect(?:-|ion-lost$)|^deadline-near$/) },
        });
    },
  );

  test.runIf(version >= 17)(
    'our transactions have our bound, not his, where our options are dropped',
    async () => {
      await set(['transaction_timeout = 500']);
      await using proxy = await startStrippingProxy(place);
      const session = await enterServer(proxy, headroom);
      const { rows } = await session.client.query('SHOW transaction_timeout');
      expect(rows).toEqual([{ transaction_timeout: '10s' }]);
      await session.close();
    },
  );

  /** What the doctor finds, without what it says of the database's own settings. */
  const examined = async () => {
    const options = { startup: forExamination() };
    const { session } = await openSession(targetOf(place), async () => headroom, inMs(60_000), options);
    if (session === null) throw new Error('the doctor did not get in');
    const facts = await readDoctorFacts(queryOf(session), session.versionNumber);
    await session.close();
    const findings = examineServer(facts, null);
    return findings.filter(({ check }) =>
      ['keepalives', 'idle-in-transaction', 'visibility'].includes(check),
    );
  };

  describe('The doctor looks, and at the same settings,', () => {
    let usual: Awaited<ReturnType<typeof examined>>;
    let writing: Client;
    beforeAll(async () => {
      writing = await server.connect(app);
      await writing.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      await writing.query('CREATE TEMPORARY TABLE written (at int)');
      await set([]);
      usual = await examined();
      expect(usual).toHaveLength(3);
    });
    afterAll(() => writing.end());

    test.each(tricks)('where $what', async ({ sets }) => {
      await set(sets);
      expect(await examined()).toEqual(usual);
    });
  });

  test('what an owner has the server say is one line of ours, and short', async () => {
    await set([`local_preload_libraries = '"a\n\u001b[31mAll is well ${'x'.repeat(900)}"'`]);
    await using proxy = await startStrippingProxy(place);
    const { record } = await run(proxy, 6_000);
    expect(record.outcome).toBe('cannot-connect');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(record.problem?.message).not.toMatch(/[\u0000-\u001f]/);
    expect(record.problem?.message.length).toBeLessThan(500);
  });

  test('we get in whatever an owner sets, of all that he may set', async () => {
    const settings = await server.query<{
      name: string;
      boot_val: string;
      least: string | null;
      enumvals: string[] | null;
    }>(
      `SELECT name, boot_val, enumvals, CASE WHEN unit IN ('ms', 's', 'min') AND min_val::numeric <= 0 THEN '1' ELSE min_val END AS least
       FROM pg_settings WHERE context = 'user' AND vartype <> 'string' AND name !~ '^transaction_(iso|def|read)' ORDER BY name`,
    );
    // From 19 on the server refuses to switch this one off.
    const settable = settings.filter(({ name }) => version < 19 || name !== 'standard_conforming_strings');
    const values = settable.map(({ name, boot_val, least, enumvals }) => {
      const other = enumvals === null ? opposite(boot_val) : enumvals.findLast((value) => value !== boot_val);
      return `${name} = '${least ?? other ?? boot_val}'`;
    });
    expect(values.length).toBeGreaterThan(90);
    await set(values);
    const session = await enterServer(place, headroom);
    await session.close();
  });
});
