import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { remediate } from '../../functions/remediate/remediate.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { aRequest, briskPorts, eagerPolicy, endedOf, resultsOf } from '../support/runs.ts';
import { endAllSessions, expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openIdle, openMany } from '../support/sessions.ts';

/** 23 sessions with a name each, beside a neighbour's 10 under one name: they fill the server. */
const DISTINCT = 23;
const NEIGHBOURS = 10;
const RESERVED = 6;
const NEED = 10;

let server: TestServer;
let roles: { readonly app: Role; readonly other: Role; readonly headroom: Role };

beforeAll(async () => {
  const settings = {
    max_connections: DISTINCT + NEIGHBOURS + RESERVED,
    superuser_reserved_connections: 3,
    reserved_connections: 3,
  };
  server = await startServer({ version: 18, settings });
  roles = {
    app: await createRole(server, 'app'),
    other: await createRole(server, 'other'),
    headroom: await createLeastPrivilegeRole(server),
  };
});
afterAll(() => server.stop());
afterEach(async () => {
  await expectNothingLeft(server);
  await endAllSessions(server);
});

const NAMINGS = {
  'a uuid each': () => `w-${randomUUID()}`,
  'words that share nothing': (at: number) =>
    `${'abcdefghijklmnopqrstuvwxyz'[at]}-${'xyz'.repeat((at % 4) + 1)}`,
};

test.each([
  ['a uuid each', 'app'],
  ['words that share nothing', 'app'],
  ['a uuid each', 'other'],
  ['words that share nothing', 'other'],
] as const)(
  'a client with %s loses what is needed, and a neighbour under role %s nothing',
  async (naming, neighbour) => {
    const { app, headroom } = roles;
    const neighbours = await openMany(NEIGHBOURS, () =>
      openIdle(server, { role: roles[neighbour], application: 'shop' }),
    );
    const distinct = await openMany(DISTINCT, (at) =>
      openIdle(server, { role: app, application: NAMINGS[naming](at) }),
    );
    const policy = eagerPolicy('enforce', { freeSlots: NEED });
    const record = await remediate(aRequest({ policy }), briskPorts(server, headroom));

    expect(record).toMatchObject({ outcome: 'recovered', problem: null, plan: { verdict: 'sufficient' } });
    expect(resultsOf(record)).toEqual({ terminated: NEED });
    expect(await endedOf(distinct, record)).toHaveLength(NEED);
    await expectAlive(server, neighbours);
    expect(fullTextOf(record)).toMatch(/\b23 +70%/);
  },
);
