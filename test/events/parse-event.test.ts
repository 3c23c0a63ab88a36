import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { parseEvent } from '../../functions/events/parse-event.ts';
import { parseTrigger } from '../../functions/events/parse-trigger.ts';
import { logDocument, recordedEvent, subscriptionEvent } from '../support/events.ts';

const packed = (bytes: Buffer | string) => ({ awslogs: { data: gzipSync(bytes).toString('base64') } });

describe('The event of a log subscription', () => {
  test.each(['log-lines', 'log-lines-control'])('is unpacked: %s', (name) => {
    const document = recordedEvent(name);
    expect(parseEvent(subscriptionEvent(document))).toEqual(parseTrigger({ awslogs: { data: document } }));
  });

  test.each<[string, unknown]>([
    ['no data', { awslogs: {} }],
    ['data that are no text', { awslogs: { data: 7 } }],
    ['nothing', { awslogs: null }],
    ['what is no base64', { awslogs: { data: '***' } }],
    ['base64 of something else', { awslogs: { data: Buffer.from('hello').toString('base64') } }],
    [
      'a gzip that ends too soon',
      { awslogs: { data: gzipSync('{"messageType":"x"}').subarray(0, 20).toString('base64') } },
    ],
    ['a gzip of no JSON', packed('{"messageType":')],
    ['a gzip of another document', packed('[]')],
  ])('of %s is refused', (_, event) => {
    expect(() => parseEvent(event)).toThrow(RemediationError);
    expect(() => parseEvent(event)).toThrow(
      /^The event is not one that pg-headroom acts on: found awslogs\.data/,
    );
  });

  test('that swells beyond all measure is refused before it fills the memory', () => {
    const bomb = packed(Buffer.alloc(32 * 1_048_576, ' '));
    expect(bomb.awslogs.data.length).toBeLessThan(100_000);
    expect(() => parseEvent(bomb)).toThrow(/does not unpack .* at most 16777216 bytes/);
  });

  test('with as many lines as an event can hold is read', () => {
    const message =
      '2026-11-21 03:15:20 UTC:10.0.3.17(51234):app@orders:[1]:FATAL:  sorry, too many clients already';
    const events = Array.from({ length: 20_000 }, () => ({ message, timestamp: 1_795_230_920_000 }));
    expect(parseEvent(subscriptionEvent(logDocument(events)))).toMatchObject({
      lines: 20_000,
      refused: [{ user: 'app', count: 20_000 }],
    });
  });
});

test('any other event is parsed as it is', () => {
  expect(parseEvent(recordedEvent('metric-alarm'))).toEqual(parseTrigger(recordedEvent('metric-alarm')));
  expect(() => parseEvent({ source: 'aws.s3' })).toThrow(RemediationError);
});
