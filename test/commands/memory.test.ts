import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Memory, NOTHING_REMEMBERED } from '../../functions/core/incident/memory.ts';
import { memoryDocument } from '../../functions/core/incident/memory-document.ts';
import { addToOutbox } from '../../functions/core/incident/outbox.ts';
import { renderMemory } from '../../functions/render/terminal/render-memory.ts';
import { HOSTILE } from '../support/hostile.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { aRun, live, minute } from '../support/summaries.ts';
import { runHeadroom } from './run-headroom.ts';

let dynamodb: LoopbackDynamoDb;
beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb();
});
afterAll(() => dynamodb.close());

const headroom = (server: string, ...args: readonly string[]) =>
  runHeadroom(['memory', '--server', server, '--table', TABLE, ...args], {
    environment: { ...LOOPBACK_IDENTITY, ...dynamodb.environment },
  });

const LEAK = 'connection-leak';
const RUNS = [
  ...[-60, -50, -40, -30].map((at) => aRun(at, { outcome: at === -60 ? 'recovered' : 'healthy' })),
  ...[0, 5, 10].map((at) => aRun(at, { outcome: 'refilled', cause: LEAK, runId: `run-at-${at}` })),
];
const MEMORY: Memory = {
  ...addToOutbox(live(RUNS).memory, { runId: 'run-at-10', story: null, checks: [] }),
  version: 7,
  told: ['reserve'],
};

describe('headroom memory', () => {
  test('prints the incident, the pause and the runs', async () => {
    const memory = { S: memoryDocument(MEMORY) };
    await dynamodb.put({ server: { S: 'orders' }, version: { N: '7' }, memory });
    const { code, stdout, stderr } = await headroom('orders');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`orders: an incident is open since 2026-11-21 03:15:00 UTC.

INCIDENT
  3 runs saw it, 36 sessions ended. Last seen 2026-11-21 03:25:00 UTC: refilled,
  mode enforce; billing-worker (billing@orders) leads, the cause: a connection
  leak.
  People were last told 2026-11-21 03:25:00 UTC. Run run-at-0 opened it.

PAUSED
  Since 2026-11-21 03:25:00 UTC by the breaker ("3 runs in 10m ended 36 sessions
  without lasting effect"), until 2026-11-21 04:25:00 UTC, but this time is
  over: runs act again.

RECENT RUNS
  began                    outcome         to free  ended  re-taken
  2026-11-21 03:25:00 UTC  refilled             12     12        11
  2026-11-21 03:20:00 UTC  refilled             12     12        11
  2026-11-21 03:15:00 UTC  refilled             12     12        11
  2026-11-21 02:45:00 UTC  healthy               0      0         0
  2026-11-21 02:35:00 UTC  healthy               0      0         0
  2026-11-21 02:25:00 UTC  healthy               0      0         0
  2026-11-21 02:15:00 UTC  recovered            12     12         0

ALSO REMEMBERED
  Earlier incidents, by their start: 2026-11-21 02:15:00 UTC.
  The message about run run-at-10 has reached no topic yet.
  Misconfigurations that people were told: reserve.
`);
    expect(JSON.parse((await headroom('orders', '--json')).stdout)).toEqual(MEMORY);
  });

  test('says so where nothing is remembered, and where nothing is wrong', async () => {
    expect(await headroom('nobody')).toEqual({
      code: 0,
      stdout: 'nobody: nothing is remembered.\n',
      stderr: '',
    });
    const quiet = { ...NOTHING_REMEMBERED, version: 3 };
    expect(renderMemory('orders', quiet, minute(0))).toBe('orders: no incident is open.');
  });

  test('that cannot be read ends in exit code 3', async () => {
    await dynamodb.put({ server: { S: 'odd' }, version: { N: '1' }, memory: { S: '{}' } });
    expect(await headroom('odd')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is not understood'),
    });
  });

  test.each(Object.entries(HOSTILE))('makes names that are %s harmless', (_, name) => {
    const culprit = { application: name, user: name, database: name };
    const { memory } = live([aRun(0, { culprit, runId: name })]);
    const paused = { at: 'now', by: name, reason: name, until: name };
    const text = renderMemory(name, { ...memory, version: 1, paused }, minute(0));
    for (const line of text.split('\n')) {
      expect(line).not.toMatch(/\p{Cc}|\p{Cf}/u);
      expect(line).not.toContain('://');
    }
    expect(
      text
        .split('\n')
        .slice(1)
        .filter((line) => /^[A-Z]{4,}/.test(line)),
    ).toEqual(['INCIDENT', 'PAUSED', 'RECENT RUNS']);
  });
});
