import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Misconfiguration } from '../../functions/core/doctor/misconfigurations.ts';
import type { Database, RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { alarmNow, aRequest, briskPorts, eagerPolicy, SWEEP, withDatabase } from '../support/runs.ts';
import { endAllSessions, expectNothingLeft } from '../support/server-state.ts';
import { fillUntilRefused, openIdle } from '../support/sessions.ts';
import { stopClock } from '../support/stop-clock.ts';
import { inMs } from '../support/targets.ts';

const OBSERVE = eagerPolicy('observe', { freeSlots: 9 });
const ENFORCE = eagerPolicy('enforce', { freeSlots: 9 });
const REAPING = { ...ENFORCE, reap: { minAgeMs: 0 } };

type Asked = Partial<Parameters<typeof aRequest>[0]>;

/** A sweep with this role, as told by its record. */
function sweep(server: TestServer, role: Role, request: Asked = {}, ports = briskPorts(server, role)) {
  return remediate(aRequest({ policy: OBSERVE, trigger: SWEEP, ...request }), ports);
}

describe.each(VERSIONS)('After a quiet sweep of PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;

  beforeAll(async () => {
    server = await startServer({
      version,
      settings: { max_connections: 30, ...(version >= 16 && { reserved_connections: 3 }) },
    });
    headroom = await createLeastPrivilegeRole(server);
    await server.query('ALTER ROLE headroom CONNECTION LIMIT 5');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  const found = async (role: Role): Promise<readonly Misconfiguration[]> => {
    const { outcome, misconfigurations } = await sweep(server, role);
    expect(outcome).toBe('healthy');
    if (misconfigurations === null) throw new Error('Nobody looked');
    return misconfigurations;
  };

  test('nothing is found where all is well', async () => {
    expect(await found(headroom)).toEqual([]);
  });

  test('what would be in the way is found, and the statements with it mend it', async () => {
    const role = await createRole(server, 'neglected', "VALID UNTIL 'tomorrow'");
    await server.query('GRANT pg_read_all_stats TO neglected');
    await server.query('CREATE ROLE tenant; ALTER ROLE tenant SET track_activities = off');
    const before = await found(role);
    const reserve = version >= 16 ? ['reserve'] : [];
    expect(before.map(({ check }) => check)).toEqual([
      'terminate',
      'connection-limit',
      'password',
      ...reserve,
      'activity',
    ]);
    for (const { mend } of before) for (const statement of mend?.sql ?? []) await server.query(statement);
    expect(await found(role)).toEqual([]);
    await server.query('DROP ROLE neglected, tenant');
  });

  test('functions that a hardened server has taken from us are found, and given back', async () => {
    const functions = ['pg_terminate_backend(integer, bigint)', 'pg_stat_clear_snapshot()'];
    for (const each of functions) await server.query(`REVOKE EXECUTE ON FUNCTION ${each} FROM PUBLIC`);
    const [lacking] = await found(headroom);
    expect(lacking?.found).toBe('Role headroom may not call pg_terminate_backend, pg_stat_clear_snapshot.');
    for (const statement of lacking?.mend?.sql ?? []) await server.query(statement);
    expect(await found(headroom)).toEqual([]);
    for (const each of functions) await server.query(`GRANT EXECUTE ON FUNCTION ${each} TO PUBLIC`);
  });
});

describe('When the checks are made', () => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;

  beforeAll(async () => {
    server = await startServer({ version: 18, settings: { max_connections: 30, reserved_connections: 3 } });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await expectNothingLeft(server);
    await endAllSessions(server);
  });

  test('a sweep that acts looks once all is done', async () => {
    await Promise.all([1, 2, 3].map(() => openIdle(server, { role: app })));
    const record = await sweep(server, headroom, { policy: REAPING });
    expect(record).toMatchObject({ outcome: 'reaped', misconfigurations: [{ check: 'connection-limit' }] });
    expect(record.attempts).toHaveLength(2);
  });

  test('neither a refusal nor pressure leaves time for them', async () => {
    const read = await readsOf((ports) => sweep(server, headroom, { trigger: alarmNow() }, ports));
    expect(read).toMatchObject({ record: { outcome: 'unexplained', misconfigurations: null }, reads: 0 });
    await fillUntilRefused(server, { role: app });
    const pressed = await readsOf((ports) => sweep(server, headroom, {}, ports));
    expect(pressed).toMatchObject({ record: { outcome: 'recovered', misconfigurations: null }, reads: 0 });
  });

  test('a sweep that is short of time leaves them out', async () => {
    const short = (ports: RemediatePorts) =>
      sweep(server, headroom, { deadline: inMs(3_900) }, stopClock(ports).ports);
    const read = await readsOf(short);
    expect(read).toMatchObject({ record: { outcome: 'healthy', misconfigurations: null }, reads: 0 });
  });

  /** Runs with a count of how often the configuration was asked for. */
  async function readsOf(run: (ports: RemediatePorts) => ReturnType<typeof sweep>) {
    let reads = 0;
    const ports = withConfiguration((database) => () => {
      reads += 1;
      return database.readConfiguration();
    });
    return { record: await run(ports), reads };
  }

  function withConfiguration(read: (database: Database) => Database['readConfiguration']): RemediatePorts {
    return withDatabase(briskPorts(server, headroom), (database) => ({
      ...database,
      readConfiguration: read(database),
    }));
  }

  const OVERRIDES = 'pg_catalog.pg_db_role_setting';
  type Undo = () => Promise<unknown>;

  async function revoked(): Promise<Undo> {
    await server.query(`REVOKE SELECT ON ${OVERRIDES} FROM PUBLIC`);
    return () => server.query(`GRANT SELECT ON ${OVERRIDES} TO PUBLIC`);
  }

  async function ended(): Promise<Undo> {
    await endAllSessions(server);
    return async () => {};
  }

  async function locked(): Promise<Undo> {
    const holder = await server.connect();
    await holder.query(`BEGIN; LOCK TABLE ${OVERRIDES} IN ACCESS EXCLUSIVE MODE`);
    return () => holder.end();
  }

  /** A slow machine takes longer than the bound of the check to bring about what stands in its way. */
  const patient = (ports: RemediatePorts): RemediatePorts => ({
    ...ports,
    sleep: (ms, signal) => (signal === undefined ? ports.sleep(ms) : new Promise(() => {})),
  });

  test.each<[string, object, (ports: RemediatePorts) => RemediatePorts, () => Promise<Undo>]>([
    [
      'is refused',
      { code: 'statement-failed', message: expect.stringContaining('denied') },
      patient,
      revoked,
    ],
    ['loses its session', { code: 'connection-lost' }, patient, ended],
    [
      'waits for somebody else',
      { code: 'statement-failed', message: 'No answer in 2000 ms: the next run checks again.' },
      (ports) => ports,
      locked,
    ],
  ])('a check that %s costs the run nothing but this', async (_, problem, bounded, hinder) => {
    const lines: unknown[] = [];
    let undo: Undo = async () => {};
    const ports = withConfiguration((database) => async () => {
      undo = await hinder();
      return database.readConfiguration();
    });
    const record = await sweep(
      server,
      headroom,
      {},
      { ...bounded(ports), log: (...line) => lines.push(line) },
    );
    await undo();
    expect(record).toMatchObject({ outcome: 'healthy', problem: null, misconfigurations: null });
    const what = expect.objectContaining({ runId: 'run-1', ...problem });
    expect(lines).toEqual([['configuration-unchecked', what]]);
  });
});
