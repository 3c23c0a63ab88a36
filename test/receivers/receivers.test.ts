import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { receiversOf } from '../../functions/core/declaration/receiver-declaration.ts';
import { publishToReceivers } from '../../functions/receivers/publish-to-receivers.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import type { MessageIdentity } from '../../functions/report/report-ports.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackReceivers, startLoopbackReceivers } from '../support/loopback-receivers.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import {
  OPSGENIE_ALERT,
  OPSGENIE_CLOSE,
  PAGERDUTY_EVENT,
  TEAMS_MESSAGE,
  TEAMS_MOST_BYTES,
} from '../support/receiver-forms.ts';
import {
  ALL_RECEIVERS as ALL,
  receiverSecretArn as arn,
  clockBy,
  GENIE_KEY,
  ROUTING_KEY,
  RECEIVER_KEYS as SECRETS,
  SENT_AT,
  SIGNING_KEY,
  WORKFLOW,
} from '../support/receivers-with-keys.ts';

/** Receivers beyond AWS over the wire, in the forms that their documents give. */

const PAGE = 'https://eu-west-1.console.aws.amazon.com/s3/object/records?prefix=pages/orders/run.html';

let beyond: LoopbackReceivers;
let slept: readonly number[];
beforeEach(async () => {
  beyond = await startLoopbackReceivers();
  slept = [];
});
afterEach(() => beyond[Symbol.asyncDispose]());

const MESSAGE = renderIncident(INCIDENTS.partial(), [], PAGE);
const identityOf = (kind: MessageIdentity['kind'], incident: string | null = 'run-1'): MessageIdentity => ({
  id: `run-2.${kind}`,
  kind,
  incident,
});
const send = async (
  kind: keyof typeof ALL,
  {
    message = MESSAGE,
    identity = identityOf('opened'),
    declared = ALL,
    secrets = SECRETS,
    now = () => SENT_AT,
  } = {},
) => {
  const { [kind]: publish } = publishToReceivers(receiversOf(declared), {
    secretText: async (secret) => secrets[secret],
    fetch: beyond.fetch,
    sleep: async (ms) => {
      slept = [...slept, ms];
    },
    now,
  });
  return await publish?.(message, identity);
};
const bodies = () => beyond.received.map(({ body }) => JSON.parse(body));

describe('PagerDuty', () => {
  test('gets an event of its documented form, with severity, text and the page', async () => {
    await send('pagerDuty');
    const [event] = bodies();
    expect(z.safeParse(PAGERDUTY_EVENT, event).error).toBeUndefined();
    expect(event).toMatchObject({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: 'pg-headroom-orders-run-1',
      payload: { summary: MESSAGE.subject, severity: 'critical', source: 'orders' },
      links: [{ href: PAGE }],
    });
    expect(event.payload.custom_details.message).toBe(MESSAGE.text);
    expect(beyond.received[0]?.url).toBe('https://events.pagerduty.com/v2/enqueue');
  });

  test('has one alert for an incident, which the message that it is over resolves', async () => {
    for (const kind of ['opened', 'changed', 'reminder', 'over'] as const)
      await send('pagerDuty', { identity: identityOf(kind) });
    expect(bodies().map(({ event_action }) => event_action)).toEqual([
      ...['trigger', 'trigger', 'trigger', 'resolve'],
    ]);
    expect(new Set(bodies().map(({ dedup_key }) => dedup_key)).size).toBe(1);
    expect(z.safeParse(PAGERDUTY_EVENT, bodies().at(-1)).error).toBeUndefined();
    await send('pagerDuty', { identity: identityOf('opened', 'run-9') });
    expect(bodies().at(-1)?.dedup_key).toBe('pg-headroom-orders-run-9');
  });

  test('is woken by what needs a person now; by warnings only where that is declared', async () => {
    const recovered = renderIncident(INCIDENTS.recovered(), [], PAGE);
    expect(recovered.attributes.severity).toBe('warning');
    expect(await send('pagerDuty', { message: recovered })).toBe('not-wanted');
    const declared = { ...ALL, pagerDuty: { ...ALL.pagerDuty, alertFrom: 'warning' } } as const;
    await send('pagerDuty', { message: recovered, declared });
    expect(bodies()).toMatchObject([{ payload: { severity: 'warning' } }]);
  });

  test.each(['misconfigured', 'observed', 'warning'] as const)(
    'is not woken by a message of the kind %s',
    async (kind) => {
      expect(await send('pagerDuty', { identity: identityOf(kind, null) })).toBe('not-wanted');
      expect(beyond.received).toEqual([]);
    },
  );

  test('is woken by a test, as by an incident', async () => {
    const message = { ...MESSAGE, attributes: { severity: 'info', outcome: 'test', mode: 'test' } };
    await send('pagerDuty', { message, identity: identityOf('test', null) });
    expect(bodies()).toMatchObject([{ dedup_key: 'pg-headroom-test', payload: { severity: 'critical' } }]);
    expect(z.safeParse(PAGERDUTY_EVENT, bodies()[0]).error).toBeUndefined();
  });

  test('of the EU is at another address', async () => {
    await send('pagerDuty', {
      declared: { ...ALL, pagerDuty: { ...ALL.pagerDuty, site: 'eu' } } as typeof ALL,
    });
    expect(beyond.received[0]?.url).toBe('https://events.eu.pagerduty.com/v2/enqueue');
  });
});

describe('Opsgenie', () => {
  test('gets an alert of its documented form, with the key in its header', async () => {
    await send('opsgenie');
    const [{ url, headers }] = beyond.received as [LoopbackReceivers['received'][number]];
    expect(url).toBe('https://api.opsgenie.com/v2/alerts');
    expect(headers.authorization).toBe(`GenieKey ${GENIE_KEY}`);
    const [alert] = bodies();
    expect(z.safeParse(OPSGENIE_ALERT, alert).error).toBeUndefined();
    expect(alert).toMatchObject({ alias: 'pg-headroom-orders-run-1', priority: 'P1', entity: 'orders' });
  });

  test.each([
    ['us', 'https://api.opsgenie.com/v2/alerts'],
    ['eu', 'https://api.eu.opsgenie.com/v2/alerts'],
    ['jira', 'https://api.atlassian.com/jsm/ops/integration/v2/alerts'],
  ] as const)('at the site %s closes the alert by its alias when the incident is over', async (site, url) => {
    const declared = { ...ALL, opsgenie: { ...ALL.opsgenie, site } };
    await send('opsgenie', { declared, identity: identityOf('over') });
    expect(beyond.received[0]?.url).toBe(`${url}/pg-headroom-orders-run-1/close?identifierType=alias`);
    expect(z.safeParse(OPSGENIE_CLOSE, bodies()[0]).error).toBeUndefined();
  });
});

describe('Teams', () => {
  test.each(Object.entries(INCIDENTS))(
    'gets the card for %s at the address in the secret',
    async (_, incident) => {
      await send('teams', { message: renderIncident(incident(), [], PAGE) });
      expect(z.safeParse(TEAMS_MESSAGE, bodies()[0]).error).toBeUndefined();
      expect(beyond.received[0]?.body.length).toBeLessThan(TEAMS_MOST_BYTES);
      expect(beyond.received[0]?.url).toBe(WORKFLOW);
    },
  );

  test('gets a shorter card where the text is too long for it, which says so', async () => {
    const text = Array.from({ length: 400 }, (_, at) => `${at}: ${'ü'.repeat(60)}`).join('\n');
    await send('teams', { message: { ...MESSAGE, text } });
    const [{ body = '' }] = beyond.received as [LoopbackReceivers['received'][number]];
    expect(Buffer.byteLength(body)).toBeLessThan(TEAMS_MOST_BYTES);
    expect(body).toContain('0: üüü');
    expect(body).toContain('The rest is too long for Teams: it is in the message to people.');
  });
});

describe('A webhook', () => {
  /** What a receiver does that was written after the specification, in its own words. */
  const isGenuine = ({ headers, body }: LoopbackReceivers['received'][number], key: string) => {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64');
    return String(headers['webhook-signature']).split(' ').includes(`v1,${expected}`);
  };

  test('is signed with its id and the time of the try, as Standard Webhooks asks', async () => {
    await send('webhook');
    const [request] = beyond.received as [LoopbackReceivers['received'][number]];
    expect(isGenuine(request, SIGNING_KEY)).toBe(true);
    expect(isGenuine({ ...request, body: request.body.replace('orders', 'orders2') }, SIGNING_KEY)).toBe(
      false,
    );
    expect(isGenuine(request, Buffer.alloc(24, 'x').toString('base64'))).toBe(false);
    expect(request.headers).toMatchObject({
      'webhook-id': 'run-2-opened',
      'webhook-timestamp': String(Math.floor(SENT_AT / 1_000)),
    });
    expect(request.url).toBe(ALL.webhook.url);
  });

  test('says what happened in a form for programs', async () => {
    await send('webhook');
    const { subject, text } = MESSAGE;
    expect(bodies()).toEqual([
      {
        type: 'headroom.incident.opened',
        timestamp: '2026-11-21T03:15:42.512Z',
        data: {
          ...{ server: 'orders', severity: 'critical', outcome: 'partial', mode: 'enforce' },
          ...{ messageId: 'run-2-opened', incident: 'run-1', subject, text, link: PAGE },
        },
      },
    ]);
  });

  test('gets every message, and each retry with the same id and a new time', async () => {
    beyond.answer(503);
    await send('webhook', { identity: identityOf('observed', null), now: clockBy(1_000) });
    expect(bodies().map(({ type }) => type)).toEqual(Array(2).fill('headroom.observed'));
    const [first, second] = beyond.received.map(({ headers }) => headers);
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    expect(second?.['webhook-timestamp']).not.toBe(first?.['webhook-timestamp']);
    expect(beyond.received.every((each) => isGenuine(each, SIGNING_KEY))).toBe(true);
  });
});

describe('A receiver that does not take a message', () => {
  test.each([429, 500, 502, 503])('for now (%i) is asked again, three times in all', async (status) => {
    beyond.answer(status, status);
    await send('pagerDuty');
    expect([beyond.received.length, slept]).toEqual([3, [400, 1_000]]);
    beyond.answer(status, status, status);
    await expect(send('pagerDuty')).rejects.toMatchObject({
      code: 'publish-failed',
      message: expect.stringContaining(`(it answered ${status}, in 3 tries)`),
    });
  });

  test.each([301, 307, 400, 401, 403, 404, 410, 413])(
    'for good (%i) is asked once, and followed nowhere',
    async (status) => {
      beyond.answer(status);
      await expect(send('opsgenie')).rejects.toMatchObject({ code: 'publish-failed' });
      expect(beyond.received).toHaveLength(1);
    },
  );

  test('and takes too long is not waited for beyond all tries', async () => {
    beyond.answer('hang');
    // The first try has a tenth of a second left, and there is no time for another.
    const late = send('pagerDuty', { now: clockBy(7_900) });
    await expect(late).rejects.toThrow('no answer in 0.1 s');
    expect(beyond.received).toHaveLength(1);
  });

  test('because nothing listens there is named by the error of the system', async () => {
    const closed = await startLoopbackServer(() => {});
    await closed.close();
    const { teams } = publishToReceivers(receiversOf(ALL), {
      secretText: async () => `https://${closed.address}/workflow?sig=s3cr3t`,
      fetch,
      sleep: async () => {},
      now: () => SENT_AT,
    });
    const refused = await teams?.(MESSAGE, identityOf('opened')).catch(String);
    expect(refused).toMatch(/teams \(no connection \(ECONNREFUSED\), in 3 tries\)/);
    expect(refused).not.toContain('s3cr3t');
  });

  test.each(Object.keys(ALL) as (keyof typeof ALL)[])('%s never sees its key in the error', async (kind) => {
    beyond.answer(400);
    const message = await send(kind).catch(String);
    expect(message).toMatch(
      /not sent to the receiver .* \(it answered 400\): check the key in arn:aws:secretsmanager/,
    );
    for (const part of [ROUTING_KEY, GENIE_KEY, 's3cr3t', 'logic.azure', SIGNING_KEY, 'echo'])
      expect(message).not.toContain(part);
  });
});

describe('A secret', () => {
  test.each([
    ['pagerDuty', 'pagerduty', 'too-short'],
    ['opsgenie', 'opsgenie', 'key with spaces'],
    ['teams', 'teams', 'http://plain.example.com/workflow'],
    ['teams', 'teams', 'https://user:pa55@plain.example.com/workflow'],
    ['webhook', 'webhook', 'whsec_c2hvcnQ='],
    ['webhook', 'webhook', JSON.stringify({ one: `whsec_${SIGNING_KEY}`, two: 'x' })],
    ['webhook', 'webhook', '{broken'],
  ] as const)(
    'of %s that is no key is refused before anything is sent, and not quoted',
    async (kind, name, value) => {
      const refused = await send(kind, { secrets: { [arn(name)]: value } }).catch(String);
      expect(refused).toMatch(
        new RegExp(`^secret-malformed: The secret ${arn(name)} of the receiver ${kind} has `),
      );
      expect(refused).not.toContain(value);
      expect(beyond.received).toEqual([]);
    },
  );
});
