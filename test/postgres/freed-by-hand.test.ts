import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AdviceFacts, adviceFactsOf } from '../../functions/core/advice/advice-facts.ts';
import { freeNow } from '../../functions/core/advice/free-now.ts';
import type { Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import { rankGroups } from '../../functions/core/server/rank-groups.ts';
import { statementsOf } from '../core/advice/statements.ts';
import { aPolicy, HOUR } from '../support/builders.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { runOf } from '../support/records.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions } from '../support/server-state.ts';
import { openIdle } from '../support/sessions.ts';
import { openDatabase } from '../support/targets.ts';

describe.each([14, 18] as const)('the end by hand on PostgreSQL %i', (version) => {
  let server: TestServer;
  let headroom: Role;
  let app: Role;
  beforeAll(async () => {
    server = await startServer({ version });
    headroom = await createLeastPrivilegeRole(server);
    app = await createRole(server, 'app');
  });
  afterAll(() => server.stop());
  afterEach(() => endAllSessions(server));

  /** The real snapshot, whose sessions count as idle for an hour and as too many. */
  const facts = async (): Promise<AdviceFacts> => {
    const database = await openDatabase(server, headroom);
    const read = await database.readSnapshot();
    await database.close();
    const sessions = read.sessions.map((each) => ({ ...each, stateAgeMs: HOUR }));
    const snapshot = { ...read, sessions };
    const policy = aPolicy({
      mode: 'observe',
      relieve: { when: { usedPercent: 2 }, until: { usedPercent: 1 } },
    });
    const culprits = rankGroups(snapshot).groups.map((usage) => ({
      usage,
      cause: 'connection-leak' as const,
      confidence: 'high' as const,
      evidence: [],
      opening: null,
    }));
    const diagnosis: Diagnosis = { cause: 'connection-leak', confidence: 'high', evidence: [], culprits };
    return adviceFactsOf(runOf({ snapshot, policy }), snapshot, diagnosis);
  };

  test('reaches the idle sessions that it lists, and none that woke up or came later', async () => {
    const open = await Promise.all([1, 2, 3].map(() => openIdle(server, { role: app, application: 'leak' })));
    const listener = await openIdle(server, { role: app, application: 'leak' });
    await listener.client.query('LISTEN jobs');
    const [look, end] = freeNow(await facts());
    const [gone, woken, still] = open;
    expect(look?.text).toMatch(/^Look at these 3 idle sessions of leak \(seen at \d\d:\d\d:\d\d UTC/);
    expect(end?.text).toContain('end exactly these 3 sessions');
    await woken?.client.query('SELECT 1');
    const later = await openIdle(server, { role: app, application: 'leak' });

    const shown = await server.query(statementsOf(look?.paste?.lines ?? [])[0] ?? '');
    expect(shown).toHaveLength(3);
    const [statement = ''] = statementsOf(end?.paste?.lines ?? []);
    const replaced = statement.replace(`(${still?.pid},`, `(${later.pid},`);
    const ended = await server.query(replaced);
    expect(ended).toEqual([{ pid: gone?.pid, pg_terminate_backend: true }]);
    expect(await gone?.ended).toBe('57P01');
    for (const session of [woken, still, listener, later]) expect(session?.isOpen()).toBe(true);
  });
});
