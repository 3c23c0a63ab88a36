import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { problemWords } from '../../functions/render/message/problem-words.ts';
import { recordedEvent } from '../support/events.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { endAllSessions, expectAlive } from '../support/server-state.ts';
import { openIdle } from '../support/sessions.ts';
import { waitUntil } from '../support/wait-until.ts';
import { openDoors, REMEDIATE } from './doors.ts';
import { eventOf, fillAndWait, LOGGING_LIKE_RDS, needOf, POLICY, refusalLines } from './refused-clients.ts';

/** Log subscriptions and wrapped events through both bundles, on a real server whose own log lines are the news. */

let server: TestServer;
let app: Role;
let headroom: Role;

beforeAll(async () => {
  server = await startServer(LOGGING_LIKE_RDS);
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());
afterEach(() => endAllSessions(server));

async function passThrough(event: unknown, environment: Readonly<Record<string, string>> = {}) {
  await using stack = new AsyncDisposableStack();
  const variables = { HEADROOM_POLICY: JSON.stringify(POLICY), ...environment };
  const { lambda, aws } = await openDoors(stack, { server, role: headroom, environment: variables });
  const { response, error } = await lambda.invokeAsync(REMEDIATE, event);
  return { response, error, published: [...aws.published], secretsRead: aws.requests.getSecretValue };
}

/** A recorded event, as happened just now: wherever its moment stands, in JSON or in JSON within JSON. */
function fresh(name: string): unknown {
  const now = new Date().toISOString().slice(0, 19);
  return JSON.parse(JSON.stringify(recordedEvent(name)).replaceAll(/2026-11-21T03:15:\d\d/g, now));
}

/** How our own role's refusals look in the server's log. */
async function ownRefusal(): Promise<string> {
  await server.query('ALTER ROLE headroom CONNECTION LIMIT 0');
  await expect(server.connect(headroom)).rejects.toMatchObject({ code: '53300' });
  await server.query('ALTER ROLE headroom CONNECTION LIMIT -1');
  const line = refusalLines(server).findLast((each) => each.includes('headroom@'));
  return line ?? 'none';
}

describe('lines of refused clients', () => {
  test('heal a full server, and are told', async () => {
    const sessions = await fillAndWait(server, app);
    const { response, published } = await passThrough(eventOf(refusalLines(server)));
    const record = unpackRecord(response);
    expect(record).toMatchObject({ outcome: 'recovered', trigger: { kind: 'log-lines', own: 0 } });
    const who = { user: 'app', database: 'postgres', address: '127.0.0.1' };
    expect(record.trigger).toMatchObject({
      refused: expect.arrayContaining([expect.objectContaining({ kind: 'reserved', ...who })]),
    });
    expect(record.attempts).toHaveLength(needOf(record));
    const ended = () => sessions.filter((session) => !session.isOpen()).length;
    await waitUntil(() => ended() === needOf(record), { what: 'the clients had learnt of their end' });
    expect(published).toHaveLength(1);
    expect(published[0]?.message.replaceAll(/\s+/g, ' ')).toMatch(
      /Clients were refused \d+ times? since \d\d:\d\d:\d\d UTC\./,
    );
  });

  test('of our own role alone: muted, without a connection and without a message', async () => {
    const line = await ownRefusal();
    expect(line).toMatch(/:headroom@postgres:\[\d+\]:FATAL: {2}too many connections for role "headroom"$/);
    const { response, published, secretsRead } = await passThrough(eventOf([line, line]));
    expect(unpackRecord(response)).toMatchObject({
      outcome: 'muted',
      why: 'All refusals in the lines (2) are of our own role.',
      connecting: { attempts: 0 },
    });
    expect(secretsRead).toBe(1);
    expect(published).toEqual([]);
  });

  test('of ours and of others: the others count, and the server is looked at', async () => {
    const others =
      '2026-11-21 03:15:20 UTC:10.0.3.17(1):bi@orders:[7]:FATAL:  sorry, too many clients already';
    const { response } = await passThrough(eventOf([await ownRefusal(), others]));
    expect(unpackRecord(response)).toMatchObject({
      outcome: 'unexplained',
      trigger: { own: 1, refused: [{ user: 'bi' }] },
    });
  });

  test('of another instance that shares the log group: muted', async () => {
    const session = await openIdle(server, { role: app });
    const line = '2026-11-21 03:15:20 UTC:10.0.3.17(1):bi@orders:[7]:FATAL:  sorry, too many clients already';
    const environment = { HEADROOM_LOG_STREAM: 'orders-1' };
    const elsewhere = await passThrough(eventOf([line], undefined, 'orders-2.0'), environment);
    expect(elsewhere.response).toMatchObject({ outcome: 'muted' });
    const here = await passThrough(eventOf([line], undefined, 'orders-1.0'), environment);
    expect(here.response).toMatchObject({ outcome: 'unexplained' });
    await expectAlive(server, [session]);
  });
});

describe('other events', () => {
  test.each([
    ['eventbridge-metric-alarm', 'unexplained'],
    ['eventbridge-metric-alarm-muted', 'muted'],
    ['eventbridge-log-alarm-contributor', 'unexplained'],
    ['log-alarm', 'unexplained'],
    ['sns-metric-alarm', 'unexplained'],
    ['sns-log-alarm-contributor', 'unexplained'],
    ['sns-own-message', 'muted'],
    ['heartbeat', 'muted'],
    ['scheduler-empty', 'healthy'],
    ['scheduler-envelope', 'healthy'],
    ['rule-schedule', 'healthy'],
    ['manual', 'healthy'],
  ])('%s on a healthy server: %s', async (name, outcome) => {
    const { response, published } = await passThrough(fresh(name));
    expect(response).toMatchObject({ outcome });
    expect(published).toHaveLength(outcome === 'unexplained' ? 1 : 0);
  });

  test.each([
    ['a queue', fresh('sqs-metric-alarm'), 'event-refused', 'SQS invokes synchronously'],
    ['data that do not unpack', { awslogs: { data: 'H4sIAAAAAAAA' } }, 'event-unknown', 'does not unpack'],
  ])('%s: refused with a code, nothing done, and told', async (_, event, code, found) => {
    const { error, published, secretsRead } = await passThrough(event);
    expect(error).toMatchObject({ errorType: code, errorMessage: expect.stringContaining(found) });
    expect(secretsRead).toBe(0);
    expect(published[0]?.subject).toContain(`run FAILED: nothing ended, ${problemWords(code)}`);
  });
});
