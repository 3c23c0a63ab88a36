import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import type { Cause } from '../../../functions/core/diagnosis/cause.ts';
import { NAME_SIGNS } from '../../../functions/core/server/technology-table.ts';
import { HOUR } from '../../support/builders.ts';
import type { SessionsOf } from '../../support/records.ts';
import { anAdviceCase, LEAK, SHOP } from './an-advice-case.ts';

function textsOf(cause: Cause, group: Partial<SessionsOf>): readonly string[] {
  const { record, diagnosis } = anAdviceCase({ groups: [{ ...LEAK, toAgeMs: HOUR, ...group }, SHOP], cause });
  return adviseOn(record, diagnosis).map(({ text }) => text);
}
const saidOf = (cause: Cause, group: Partial<SessionsOf>) => textsOf(cause, group).join('\n');

describe('a technology that is certain is asserted, with its own settings', () => {
  test.each([
    [
      'postgres.js',
      /^postgres\.js: create one sql for each process/m,
      /postgres\.js: set max, and an idle_timeout/,
    ],
    ['PostgREST 12.2.3', /^PostgREST 12\.2\.3: bound its pool with db-pool/m, /PostgREST: set db-pool\./],
    ['vertx-pg-client', /^vertx-pg-client: use pool\.withConnection/m, /Vert\.x: set maxSize of PoolOptions/],
    ['r2dbc-postgresql', /^r2dbc-postgresql: close each Connection with Mono/m, /R2DBC Pool: set maxSize/],
  ])('%s', (application, leak, size) => {
    expect(saidOf('connection-leak', { application })).toMatch(leak);
    expect(saidOf('oversized-idle-pools', { application })).toMatch(size);
    expect(saidOf('connection-leak', { application })).not.toContain('looks like');
  });

  test('asyncpg by its reset, under any name', () => {
    const group = {
      application: 'crm',
      lastStatement: 'SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;',
    };
    expect(saidOf('connection-leak', group)).toMatch(/^crm: use "async with pool\.acquire\(\)/m);
    expect(saidOf('oversized-idle-pools', group)).toMatch(/asyncpg: set min_size and max_size/);
  });

  test('PDO by the names of its statements', () => {
    const group = { application: '', lastStatement: 'DEALLOCATE pdo_stmt_00000002' };
    expect(saidOf('connection-leak', group)).toMatch(/^role billing: set the PDO object to null/m);
  });
});

describe('where several technologies are possible, each is named with its setting, the commoner first', () => {
  test("pools behind pgjdbc's default name", () => {
    const application = 'PostgreSQL JDBC Driver';
    expect(saidOf('oversized-idle-pools', { application })).toMatch(
      /Set maximumPoolSize and a smaller minimumIdle in HikariCP; maxActive and maxIdle in Tomcat JDBC; maxTotal and maxIdle in DBCP\./,
    );
    expect(saidOf('connection-leak', { application })).toMatch(
      /looks like a pool such as HikariCP, Tomcat JDBC or DBCP: close each Connection with try-with-resources\. To log the code that does not: HikariCP leakDetectionThreshold; Tomcat JDBC logAbandoned;/,
    );
    expect(saidOf('connection-leak', { application })).toMatch(
      /HikariCP replaces .*; Tomcat JDBC lends ended/,
    );
  });

  test('SQLAlchemy before the pool of psycopg2', () => {
    const group = { application: '', lastStatement: 'ROLLBACK' };
    expect(saidOf('oversized-idle-pools', group)).toMatch(
      /Set pool_size and max_overflow in SQLAlchemy; minconn and maxconn in psycopg2; min_size and max_size in psycopg 3\./,
    );
    expect(saidOf('connection-leak', group)).toMatch(
      /looks like SQLAlchemy, psycopg2 or psycopg 3\. SQLAlchemy: use/,
    );
  });

  test('nothing is pasted that fits only one of them', () => {
    const { record, diagnosis } = anAdviceCase({
      groups: [{ ...LEAK, toAgeMs: HOUR, application: 'PostgreSQL JDBC Driver' }, SHOP],
      cause: 'oversized-idle-pools',
    });
    const languages = adviseOn(record, diagnosis).flatMap(({ paste }) => paste?.language ?? []);
    expect(languages).not.toContain('properties');
  });
});

test.each(['connection-leak', 'oversized-idle-pools', 'idle-in-transaction'] as const)(
  'on %s advice is short for every name in the table',
  (cause) => {
    for (const { name } of NAME_SIGNS) {
      const application = name.replace('*', '').trim();
      const state = cause === 'idle-in-transaction' ? 'idle in transaction' : 'idle';
      for (const text of textsOf(cause, { application, state })) {
        expect(text.length, text).toBeLessThanOrEqual(420);
        expect(text.split(/[.:!?](?= [A-Z]|$)/).length - 1, text).toBeLessThanOrEqual(4);
      }
    }
  },
);
