import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineServer } from '../../functions/core/doctor/doctor.ts';
import { forExamination } from '../../functions/postgres/connection/startup.ts';
import { readDoctorFacts } from '../../functions/postgres/postgresql/read-doctor-facts.ts';
import { enterServer } from '../support/enter-server.ts';
import { type Role, startServer, type TestServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The first version whose setting is a list with levels for types of processes. */
const FIRST_WITH_TYPES = 19;

describe.each(VERSIONS)('PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let barred: Role;

  beforeAll(async () => {
    server = await startServer({ version, settings: { max_connections: 20 } });
    headroom = await createLeastPrivilegeRole(server);
    barred = await createRole(server, 'barred', 'CONNECTION LIMIT 0');
  });
  afterAll(() => server.stop());

  const doctor = async () => {
    const { client, versionNumber, close } = await enterServer(server, headroom, {
      startup: forExamination(),
    });
    const facts = await readDoctorFacts(
      async (text, values = []) => (await client.query(text, [...values])).rows,
      versionNumber,
    ).finally(close);
    return examineServer(facts).filter(({ check }) => check === 'log-hidden');
  };
  const showLevel = async () =>
    (await server.query<{ level: string }>("SELECT current_setting('log_min_messages') AS level"))[0]?.level;
  const setLevel = async (level: string) => {
    const before = await showLevel();
    await server.query(`ALTER SYSTEM SET log_min_messages = '${level}'`);
    await server.query('SELECT pg_reload_conf()');
    const changed = async () => (await showLevel()) !== before;
    await waitUntil(changed, { what: 'the server had read its configuration' });
  };
  const linesOfRefusal = async () => {
    const before = server.log().length;
    await expect(server.connect(barred)).rejects.toMatchObject({ code: '53300' });
    return server
      .log()
      .slice(before)
      .split('\n')
      .filter((line) => line.includes(' 53300 '));
  };

  const hiding = version < FIRST_WITH_TYPES ? ['panic'] : ['panic', 'warning, backend:panic'];

  test.each(hiding)('hides refusals at %s until the statements of the doctor have run', async (level) => {
    await setLevel(level);
    expect(await linesOfRefusal()).toEqual([]);
    const [finding] = await doctor();
    expect(finding).toMatchObject({ standing: 'problem', check: 'log-hidden' });
    for (const statement of finding?.mend?.sql ?? []) await server.query(statement);
    const shown = async () => (await linesOfRefusal()).length > 0;
    await waitUntil(shown, { what: 'a refused client left a line' });
    expect(await doctor()).toEqual([]);
  });

  test.runIf(version >= FIRST_WITH_TYPES)(
    'shows refusals where only other processes log less, and the doctor has nothing to say',
    async () => {
      await setLevel('panic, backend:fatal');
      expect(await linesOfRefusal()).toHaveLength(1);
      expect(await doctor()).toEqual([]);
    },
  );
});
