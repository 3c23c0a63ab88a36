import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startServer, VERSIONS } from './postgres-server.ts';
import { createRole } from './roles.ts';
import { caughtUp, startStandby } from './standby.ts';

test.each(VERSIONS)(
  'a standby of PostgreSQL %i shows what its primary does, and does nothing itself',
  async (version) => {
    await using primary = await startServer({ version });
    await primary.query('CREATE TABLE before AS SELECT 1 AS one');
    await using standby = await startStandby(primary);
    await primary.query('CREATE TABLE after AS SELECT 2 AS two');
    const app = await createRole(primary, 'app');
    await caughtUp(primary, standby);
    expect(await standby.query('SELECT one, two FROM before, after')).toEqual([{ one: 1, two: 2 }]);
    await expect(standby.query('CREATE TABLE here ()')).rejects.toMatchObject({ code: '25006' });
    await expect(standby.connect(app)).resolves.toBeDefined();
    const { folder } = standby;
    await standby.stop();
    expect(existsSync(folder)).toBe(false);
  },
);
