import { escapeIdentifier } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { examineServer } from '../../functions/core/doctor/doctor.ts';
import { examineGaussdb } from '../../functions/core/doctor/doctor-gaussdb.ts';
import { queryOf } from '../../functions/postgres/connection/database.ts';
import { readGaussdbFacts } from '../../functions/postgres/gaussdb/read-gaussdb-facts.ts';
import { readDoctorFacts } from '../../functions/postgres/postgresql/read-doctor-facts.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { terminateNamed } from '../../functions/remediate/terminate-named.ts';
import { enterServer } from '../support/enter-server.ts';
import { emulateGauss, pidOn } from '../support/gauss-shim.ts';
import { ourStatements } from '../support/our-statements.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, SWEEP } from '../support/runs.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';
import { startStrippingProxy } from '../support/stripping-proxy.ts';
import { openDatabase, type Place } from '../support/targets.ts';
import { makeTwins, tracesIn, twinsMeantBy } from '../support/twins.ts';

/**
 * No statement of ours runs anybody's code. An ordinary role, and the owner of the database that we connect to, put twins of
 * everything that our statements name in our way: none of them runs, and everything works.
 */

const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
const LEAKED = 15;

/** Sessions have an id of their own on some of these products, and not on others. */
function isFor(kind: Kind, text: string): boolean {
  return !(kind === 'dws' && /\bsessionid\b(?!')/.test(text));
}
const statements = await ourStatements();

type Kind = 'postgresql' | 'dws' | 'thread-pool';

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  const stoodInFor = version % 2 === 0 ? 'dws' : 'thread-pool';
  let server: TestServer;
  let headroom: Role;
  let mallory: Role;
  let app: Role;
  const places = new Map<Kind, Place>();

  beforeAll(async () => {
    const settings = { max_connections: 20, superuser_reserved_connections: 3 };
    server = await startServer({ version, settings });
    headroom = await createLeastPrivilegeRole(server);
    mallory = await createRole(server, 'mallory');
    app = await createRole(server, 'app');
    await server.query('CREATE DATABASE maint TEMPLATE template0');
    const { host, port } = server;
    places.set('postgresql', { host, port, database: 'maint' });
    places.set(stoodInFor, await emulateGauss(server, stoodInFor, 'readable'));
    for (const place of places.values()) await attack(place);
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  /** What every role may do on 14, and in databases upgraded from it. */
  const attack = async ({ database }: Place) => {
    const chief = await server.connect(server.superuser, { database });
    await chief.query('GRANT CREATE ON SCHEMA public TO PUBLIC');
    await chief.end();
    const client = await server.connect(mallory, { database });
    const made = await makeTwins(client, statements);
    await client.end();
    expect(made).toMatchObject({ relations: expect.any(Number), missing: [] });
    expect(Math.min(made.relations, made.types, made.functions, made.operators)).toBeGreaterThan(0);
  };

  /** Gives the database to the attacker, who has these settings for everybody. */
  const own = async ({ database = '' }: Place, settings: readonly string[]) => {
    const name = escapeIdentifier(database);
    await server.query(`ALTER DATABASE ${name} OWNER TO mallory`);
    const owner = await server.connect(mallory);
    await owner.query(`ALTER DATABASE ${name} RESET ALL`);
    for (const setting of settings) await owner.query(`ALTER DATABASE ${name} SET ${setting}`);
    await owner.end();
  };

  const leak = () => openMany(LEAKED, () => openIdle(server, { role: app, statement: 'SELECT 1' }));

  /** Run, sweep, plan and snapshot, doctor, terminate. */
  const everything = async (place: Place, kind: Kind) => {
    const leaked = await leak();
    const sweep = await remediate(
      aRequest({ policy: { ...ENFORCE, mode: 'observe' }, trigger: SWEEP }),
      briskPorts(place, headroom),
    );
    const run = await remediate(aRequest({ policy: ENFORCE }), briskPorts(place, headroom));
    const session = await enterServer(place, headroom);
    const findings =
      kind === 'postgresql'
        ? examineServer(await readDoctorFacts(queryOf(session), session.versionNumber))
        : examineGaussdb(await readGaussdbFacts(session));
    await session.close();
    const [named] = leaked.filter((each) => each.isOpen());
    const pid = kind === 'postgresql' ? (named?.pid ?? 0) : pidOn(kind, named?.pid ?? 0);
    const database = await openDatabase(place, headroom);
    const { sessions } = await terminateNamed(
      { pids: [pid], apply: true },
      database,
      briskPorts(place, headroom),
    );
    await database.close();
    return {
      sweep: [sweep.outcome, sweep.problem],
      run: [run.outcome, run.problem],
      ended: run.attempts.every(({ result }) => result === 'terminated') && run.attempts.length > 0,
      visibility: findings.find(({ check }) => check === 'visibility')?.standing,
      terminated: sessions.map(({ result }) => result),
    };
  };
  const WORKS = {
    sweep: ['recovered', null],
    run: ['recovered', null],
    ended: true,
    visibility: 'ok',
    terminated: ['terminated'],
  };

  test.each([
    ['our options', 'postgresql'],
    ['our options', stoodInFor],
    ['a proxy that drops them', 'postgresql'],
    ['a proxy that drops them', stoodInFor],
  ] as const)(
    'with %s, neither an ordinary role with twins in "public" nor an owner who puts that schema first has code run: %s',
    async (how, kind) => {
      const target = places.get(kind) ?? server;
      await using stack = new AsyncDisposableStack();
      const place = how === 'our options' ? target : stack.use(await startStrippingProxy(target));
      await own(target, []);
      expect(await everything(place, kind)).toEqual(WORKS);
      await own(target, ['search_path = public, pg_catalog']);
      await endAllSessions(server);
      expect(await everything(place, kind)).toEqual(WORKS);
      expect(tracesIn(server.log())).toEqual([]);
    },
  );

  test.each(['postgresql', stoodInFor] as const)(
    'no statement means a twin, in no part of it: %s',
    async (kind) => {
      const client = await server.connect(server.superuser, { database: places.get(kind)?.database });
      const meant: [string, readonly string[]][] = [];
      for (const { file, text } of statements)
        if (file.startsWith('gaussdb/') === (kind !== 'postgresql') && isFor(kind, text))
          meant.push([file, await twinsMeantBy(client, text)]);
      await client.end();
      expect(meant.length).toBeGreaterThan(10);
      expect(meant.filter(([, twins]) => twins.length > 0)).toEqual([]);
    },
  );

  test('twins are meant by what has no schema, in whatever way it is written', async () => {
    const client = await server.connect(server.superuser, { database: 'maint' });
    const meant = (text: string) => twinsMeantBy(client, text);
    for (const expression of [
      'nullif(1.5, 2)',
      '1.5 IN (2, 3)',
      '1.5 BETWEEN 1 AND 2',
      '1.5 IS DISTINCT FROM 2',
      'CASE 1.5 WHEN 2 THEN 1 END',
    ])
      expect(await meant(`SELECT ${expression} AS x`), expression).not.toEqual([]);
    expect(await meant('SELECT least(1.5, 2) AS x, coalesce(1.5, 2) AS y')).toEqual([]);
    await client.end();
  });

  test('a twin leaves a trace where a statement names it by the path', async () => {
    await own(places.get('postgresql') ?? server, ['search_path = public, pg_catalog']);
    const client = await server.connect(app, { database: 'maint' });
    await client.query("SELECT version(), 1.5 * 2, 'x'::text FROM pg_locks LIMIT 1");
    await client.end();
    const ran = tracesIn(server.log()).map((trace) => trace.split(' as ')[0]);
    expect(new Set(ran)).toEqual(
      new Set(['function version()', 'operator * (numeric, integer)', 'type text', 'relation pg_locks']),
    );
  });

  test.each([
    [
      'a cast between types of the catalog',
      'CREATE CAST (pg_catalog.int4 AS pg_catalog.inet) WITH INOUT AS IMPLICIT',
    ],
    ['a cast to a text', 'CREATE CAST (pg_catalog.name AS pg_catalog.text) WITH INOUT AS IMPLICIT'],
    [
      'a default order of a type',
      'CREATE OPERATOR CLASS public.mine DEFAULT FOR TYPE pg_catalog.int4 USING btree AS OPERATOR 1 pg_catalog.<',
    ],
  ])('nobody but a superuser makes %s', async (_, statement) => {
    const client = await server.connect(mallory, { database: 'maint' });
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });
});
