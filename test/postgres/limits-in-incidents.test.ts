import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aLogLines, aRefused } from '../support/builders.ts';
import { type IncidentServer, pasteWith, startIncidentServer } from '../support/incident-server.ts';
import type { Role, TestServer } from '../support/postgres-server.ts';
import { createRole } from '../support/roles.ts';
import { SWEEP } from '../support/runs.ts';
import { endAllSessions, expectAlive } from '../support/server-state.ts';
import { openActive, openIdle, openMany, type TestSession } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A CONNECTION LIMIT, in incidents of a real server for which it is printed. */
describe.each([14, 18] as const)('what advised limits refuse and let in on PostgreSQL %i', (version) => {
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

  test('a leak: the cap refuses new sessions of its role, and ends none', async () => {
    const leaked: TestSession[] = [];
    for (let at = 0; at < 12; at += 1)
      leaked.push(await openIdle(server, { role: app, application: 'leak', statement: 'TABLE stock' }));
    const bystander = await openIdle(server, { role: other, application: 'other' });
    const advice = await at.advised('connection-leak', { trigger: SWEEP, usedPercent: 25 });
    const { lines, undo } = pasteWith(advice, 'ALTER ROLE "app" CONNECTION LIMIT');
    await at.run(lines);
    expect(await at.isRefused(app)).toBe(true);
    expect(await at.isRefused(other)).toBe(false);
    await expectAlive(server, [...leaked, bystander]);
    await at.run(undo);
    expect(await at.isRefused(app)).toBe(false);
  });

  test('a monitoring agent: the cap leaves it a few sessions, and all that it has', async () => {
    const agents = await openMany(9, () => openIdle(server, { role: app, application: 'pghero' }));
    const advice = await at.advised('monitoring-hog', { trigger: SWEEP, usedPercent: 10, untilPercent: 8 });
    const { lines, undo } = pasteWith(advice, 'ALTER ROLE "app" CONNECTION LIMIT 5;');
    await at.run(lines);
    expect(await at.isRefused(app)).toBe(true);
    expect(await at.isRefused(other)).toBe(false);
    await expectAlive(server, agents);
    for (const agent of agents.slice(4)) await agent.close();
    await waitUntil(async () => !(await at.isRefused(app)), {
      what: 'the agent got in again below its cap',
    });
    await at.run(undo);
  });

  test.each(['role', 'database'] as const)(
    'a %s at its limit, all at work: the raised limit lets in so many more, and the undo ends none',
    async (kind) => {
      const worker = await createRole(
        server,
        `worker_of_${kind}`,
        kind === 'role' ? 'CONNECTION LIMIT 4' : '',
      );
      const database = kind === 'role' ? 'postgres' : 'limited';
      if (kind === 'database') await server.query('CREATE DATABASE limited CONNECTION LIMIT 4');
      const options = { role: worker, application: 'jobs', database };
      const working = await openMany(4, () => openActive(server, options));
      expect(await at.isRefused(worker, { database })).toBe(true);
      const named = kind === 'role' ? { user: worker.user } : { database };
      const refused = aRefused({ kind, count: 3, clients: 1, ...named });
      const advice = await at.advised(`${kind}-limit`, {
        trigger: aLogLines({ lines: 3, refused: [refused] }),
        usedPercent: 90,
      });
      const { lines, undo } = pasteWith(advice, 'CONNECTION LIMIT 6;');
      await at.run(lines);
      const more = await openMany(2, () => openIdle(server, options));
      expect(await at.isRefused(worker, { database })).toBe(true);
      expect(await at.isRefused(app)).toBe(false);
      await at.run(undo);
      await expectAlive(server, [...working, ...more]);
      expect(await at.isRefused(worker, { database })).toBe(true);
    },
  );
});
