import { describe, expect, test } from 'vitest';
import { parseDestination } from '../../functions/events/parse-destination.ts';
import type { Message } from '../../functions/render/base/message.ts';
import type { Publish } from '../../functions/report/report-ports.ts';
import { deliverAs } from '../support/reported.ts';

const NOW = Date.parse('2026-11-21T03:15:42.000Z');
const by = 'arn:aws:sts::111122223333:assumed-role/on-call/ada@example.com';

describe('A test message', () => {
  test('goes to every topic, names who asked for it, and is not remembered', async () => {
    const sent: Message[] = [];
    const publish: Publish = async (message) => {
      sent.push(message);
    };
    const lines = await deliverAs(parseDestination({ headroom: 'test-message', by }), NOW, {
      memory: null,
      publish: { people: publish, chat: publish },
    });
    expect(lines).toEqual(['told']);
    expect(sent.map(({ subject }) => subject)).toEqual(Array(2).fill('TEST: pg-headroom reaches you'));
    expect(sent[0]?.text).toContain(
      'ada@example.com (role on-call) asked for it at 2026-11-21 03:15:42 UTC.',
    );
    expect(sent[0]?.chat).toMatchObject({ version: '1.0', source: 'custom' });
  });

  test('that a topic refuses is an error for the person who asks', async () => {
    const refuse: Publish = () => Promise.reject(new Error('denied'));
    const publish = { people: refuse, chat: null };
    const asked = deliverAs(parseDestination({ headroom: 'test-message' }), NOW, { memory: null, publish });
    await expect(asked).rejects.toThrow('denied');
  });
});

describe('The result of a run', () => {
  const result = (functionName: string, server: unknown) =>
    parseDestination({
      requestContext: {
        requestId: 'run-1',
        functionArn: `arn:aws:lambda:eu-west-1:111122223333:function:${functionName}:$LATEST`,
        condition: 'Success',
      },
      responsePayload: { server, outcome: 'healthy' },
    });

  test('is about the server of the function that ran, whatever it says', () => {
    expect(result('pg-headroom-orders', 'billing')).toMatchObject({ payload: { server: 'orders' } });
    expect(result('pg-headroom-orders', undefined)).toMatchObject({ payload: { server: 'orders' } });
  });

  test('is believed where the name of the function does not say the server', () => {
    expect(result('fleet-cell-3', 'billing')).toMatchObject({ payload: { server: 'billing' } });
  });
});
