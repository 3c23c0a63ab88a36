import { expect, test } from 'vitest';
import { startServer, VERSIONS } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole } from '../support/roles.ts';
import { openIdle } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';

const ROLES = 3_000;
const tenant = (number: number) => ({ user: `tenant_${number}`, password: 'x' });

test.each(VERSIONS)(
  'PostgreSQL %i: of thousands of limits those of roles and databases with sessions are read, reached or not',
  async (version) => {
    await using server = await startServer({ version, authentication: 'trust' });
    const headroom = await createLeastPrivilegeRole(server);
    await server.query(`DO $$ BEGIN FOR i IN 1..${ROLES} LOOP
      EXECUTE format('CREATE ROLE tenant_%s LOGIN CONNECTION LIMIT 2', i); END LOOP; END $$`);
    await server.query('CREATE DATABASE without_sessions CONNECTION LIMIT 3');
    for (const number of [7, 2_999, 2_999]) await openIdle(server, { role: tenant(number) });
    // Sessions of before that are more than the limit of now.
    await server.query('ALTER ROLE tenant_2999 CONNECTION LIMIT 1');
    const database = await openDatabase(server, headroom);
    const { slots } = await database.readSnapshot();
    await database.close();
    expect(slots.roles).toEqual([
      { name: 'tenant_2999', limit: 1 },
      { name: 'tenant_7', limit: 2 },
    ]);
    expect(slots.databases).toEqual([]);
  },
);
