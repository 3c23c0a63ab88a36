import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publishTo } from '../../functions/aws/topics.ts';
import { receiversOf } from '../../functions/core/declaration/receiver-declaration.ts';
import { parseDestination } from '../../functions/events/parse-destination.ts';
import { publishToReceivers } from '../../functions/receivers/publish-to-receivers.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackReceivers, startLoopbackReceivers } from '../support/loopback-receivers.ts';
import { reportOverWire } from '../support/report-over-wire.ts';
import { deliver, deliverAs, PEOPLE, ROOMS, ranAt } from '../support/reported.ts';

/** Incidents over the wire, with a pager and a webhook beside the topics. */

const wire = reportOverWire('paged');

let beyond: LoopbackReceivers;
beforeEach(async () => {
  beyond = await startLoopbackReceivers();
});
afterEach(() => beyond[Symbol.asyncDispose]());

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
  ranAt(minutes, wire.server, INCIDENTS[outcome]());
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
    expect([events().length, hooks().length, wire.aws.published.length]).toEqual([0, 1, 2]);
  });

  test('that the pager refuses is told to all others once, and to the pager with the next delivery', async () => {
    const record = ran(0, 'no-candidates');
    beyond.answer(400, 202);
    await expect(deliver(record, { publish: publish() })).rejects.toMatchObject({ code: 'publish-failed' });
    await deliver(record, { publish: publish() });
    expect([events().length, hooks().length, wire.aws.published.length]).toEqual([2, 1, 2]);
  });

  test('without a memory is one alert for the server', async () => {
    for (const at of [0, 5]) await deliver(ran(at, 'no-candidates'), { publish: publish(), memory: null });
    expect(events().map(({ dedup_key }) => dedup_key)).toEqual(Array(2).fill(`pg-headroom-${wire.server}`));
  });
});

test('a test message reaches pagers and webhooks too', async () => {
  const destination = parseDestination({ headroom: 'test-message', by: 'ada' });
  await deliverAs(destination, Date.now(), { publish: publish(), memory: null });
  expect([events().length, hooks(), wire.aws.published.length]).toEqual([1, ['headroom.test'], 2]);
});
