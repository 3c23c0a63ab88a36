import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { publishTo } from '../../functions/aws/topics.ts';
import { receiversOf } from '../../functions/core/declaration/receiver-declaration.ts';
import { parseDestination } from '../../functions/events/parse-destination.ts';
import { publishToReceivers } from '../../functions/receivers/publish-to-receivers.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { type LoopbackReceivers, startLoopbackReceivers } from '../support/loopback-receivers.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { deliver, deliverAs, PEOPLE, ROOMS, ranAt } from '../support/reported.ts';

/** Incidents over the wire, with a pager and a webhook beside the topics. */

let dynamodb: LoopbackDynamoDb;
let aws: LoopbackAws;
let beyond: LoopbackReceivers;
let server: string;
let servers = 0;

beforeAll(async () => {
  dynamodb = await startLoopbackDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(async () => {
  aws = await startLoopbackAws();
  beyond = await startLoopbackReceivers();
  const environment = { ...LOOPBACK_IDENTITY, ...aws.environment, ...dynamodb.environment };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  servers += 1;
  server = `paged-${servers}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await beyond[Symbol.asyncDispose]();
  await aws.close();
});

const RECEIVERS = receiversOf({
  pagerDuty: { secretArn: 'pager' },
  webhook: { secretArn: 'hook', url: 'https://hooks.example.com/' },
});
const KEYS: Readonly<Record<string, string>> = {
  pager: 'R0123456789abcdef0123456789abcde',
  hook: `whsec_${Buffer.alloc(24).toString('base64')}`,
};
const publish = () => ({
  ...publishTo(PEOPLE, ROOMS),
  ...publishToReceivers(RECEIVERS, {
    secretText: async (secret) => KEYS[secret],
    fetch: beyond.fetch,
    sleep: async () => {},
    now: Date.now,
  }),
});
const ran = (minutes: number, outcome: keyof typeof INCIDENTS) =>
  ranAt(minutes, server, INCIDENTS[outcome]());
const events = () =>
  beyond.received.filter(({ url }) => url.includes('pagerduty')).map(({ body }) => JSON.parse(body));
const hooks = () =>
  beyond.received.filter(({ url }) => url.includes('hooks')).map(({ body }) => JSON.parse(body).type);

describe('An incident', () => {
  test('is one alert at the pager, from its first message to its last, and a type of its own at the webhook', async () => {
    for (const at of [0, 5, 10, 15, 20, 25, 30])
      await deliver(ran(at, 'no-candidates'), { publish: publish() });
    for (const at of [35, 40, 45, 50]) await deliver(ran(at, 'healthy'), { publish: publish() });
    expect(events().map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger', 'resolve']);
    expect(new Set(events().map(({ dedup_key }) => dedup_key)).size).toBe(1);
    expect(hooks()).toEqual(['opened', 'reminder', 'over'].map((kind) => `headroom.incident.${kind}`));
  });

  test('that a run relieved itself wakes no person, is resolved all the same, and is told everywhere else', async () => {
    const lines = await deliver(ran(0, 'recovered'), { publish: publish() });
    expect(lines).toContain('told');
    expect([events().length, hooks().length, aws.published.length]).toEqual([0, 1, 2]);
  });

  test('that the pager refuses is told to all others once, and to the pager with the next delivery', async () => {
    const record = ran(0, 'no-candidates');
    beyond.answer(400, 202);
    await expect(deliver(record, { publish: publish() })).rejects.toMatchObject({ code: 'publish-failed' });
    await deliver(record, { publish: publish() });
    expect([events().length, hooks().length, aws.published.length]).toEqual([2, 1, 2]);
  });

  test('without a memory is one alert for the server', async () => {
    for (const at of [0, 5]) await deliver(ran(at, 'no-candidates'), { publish: publish(), memory: null });
    expect(events().map(({ dedup_key }) => dedup_key)).toEqual(Array(2).fill(`pg-headroom-${server}`));
  });
});

test('a test message reaches pagers and webhooks too', async () => {
  const destination = parseDestination({ headroom: 'test-message', by: 'ada' });
  await deliverAs(destination, Date.now(), { publish: publish(), memory: null });
  expect([events().length, hooks(), aws.published.length]).toEqual([1, ['headroom.test'], 2]);
});
