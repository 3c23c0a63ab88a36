import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPORT_ENV, SUBSCRIPTION_CONCURRENCY } from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import type { Memory } from '../../functions/core/incident/memory.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { IS_THOROUGH } from '../support/is-thorough.ts';
import type { Invocation } from '../support/lambda-invocation.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { type Role, startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { expectAlive, expectNothingLeft } from '../support/server-state.ts';
import { openDoors, REMEDIATE } from './doors.ts';
import { eventOf, fillAndWait, LOGGING_LIKE_RDS, needOf, POLICY, refusalLines } from './refused-clients.ts';

let server: TestServer;
let app: Role;
let headroom: Role;

beforeAll(async () => {
  server = await startServer(LOGGING_LIKE_RDS);
  app = await createRole(server, 'app');
  headroom = await createLeastPrivilegeRole(server);
});
afterAll(() => server.stop());

const EVENTS = 50;
const MINUTE = 60_000;

test.runIf(IS_THOROUGH)(
  'fifty subscription events at once: one run acts, the others find nothing to do or are dropped by their age',
  async () => {
    await using stack = new AsyncDisposableStack();
    const dynamodb = stack.use(await startLoopbackDynamoDb());
    const { lambda, aws } = await openDoors(stack, {
      server,
      role: headroom,
      environment: {
        ...dynamodb.environment,
        HEADROOM_POLICY: JSON.stringify(POLICY),
        [REMEDIATE_ENV.table]: TABLE,
      },
      reportEnvironment: { ...dynamodb.environment, [REPORT_ENV.table]: TABLE },
      timeoutSeconds: 60,
      reservedConcurrency: SUBSCRIPTION_CONCURRENCY,
    });
    const sessions = await fillAndWait(server, app);
    const lines = refusalLines(server);
    const storm = await Promise.all(
      Array.from({ length: EVENTS }, () => lambda.invokeAsync(REMEDIATE, eventOf(lines))),
    );
    const acted = recordsOf(storm).filter(({ attempts }) => attempts.length > 0);
    expect(acted.map(({ outcome, attempts }) => [outcome, attempts.length])).toEqual([
      ['recovered', needOf(acted[0])],
    ]);

    const idle = recordsOf(storm).filter(({ attempts }) => attempts.length === 0);
    for (const { outcome, plan } of idle) {
      expect(['unexplained', 'busy']).toContain(outcome);
      expect(plan?.victims ?? []).toEqual([]);
    }
    const dropped = storm.filter(({ condition }) => condition === 'EventAgeExceeded');
    expect(dropped.length).toBeGreaterThan(EVENTS / 2);
    expect(acted.length + idle.length + dropped.length).toBe(EVENTS);
    expect(sessions.filter((session) => session.isOpen())).toHaveLength(sessions.length - needOf(acted[0]));

    // Those that found no reason any more belong to the incident that the one which acted had opened.
    const { incident } = await rememberedOf(dynamodb);
    expect(incident).toMatchObject({ runs: acted.length + idle.length, ended: needOf(acted[0]) });
    expect(aws.published.map(({ subject }) => subject)).toEqual([expect.stringContaining('recovered')]);

    // The server fills up again. News from before, delivered late, are not what ends somebody's session.
    const again = await fillAndWait(server, app);
    const late = await lambda.invokeAsync(REMEDIATE, eventOf(lines, Date.now() - 6 * MINUTE));
    expect(unpackRecord(late.response)).toMatchObject({
      outcome: 'stale',
      connecting: { attempts: 0 },
      attempts: [],
    });
    await expectAlive(server, again);
    await expectNothingLeft(server);
  },
);

async function rememberedOf(dynamodb: LoopbackDynamoDb): Promise<Pick<Memory, 'incident'>> {
  const item = await dynamodb.get('orders');
  return JSON.parse(String(item?.memory?.S ?? '{"incident":null}'));
}

function recordsOf(invocations: readonly Invocation[]): readonly RunRecord[] {
  return invocations
    .filter(({ condition }) => condition === 'Success')
    .map(({ response }) => unpackRecord(response));
}
