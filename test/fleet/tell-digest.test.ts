import { describe, expect, test } from 'vitest';
import { parseDigestEvent } from '../../functions/fleet/parse-digest-event.ts';
import { tellDigest } from '../../functions/fleet/tell-digest.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { DIGEST_NOW, mixedFleet } from '../support/summaries-of-cells.ts';

const AT = '2026-11-30T08:00:00.000Z';
const schedule = (scheduledTime: string) => ({
  ...{ source: 'pg-headroom.schedule', scheduledTime },
  scheduleArn: 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/pg-headroom.digest',
});

describe('The digest', () => {
  test('is told with the same id however often its schedule is delivered', async () => {
    const told: Message[] = [];
    const publish = {
      people: async (message: Message) => {
        told.push(message);
        return undefined;
      },
      chat: null,
    };
    const ports = { publish, readAll: async () => mixedFleet(), now: () => DIGEST_NOW, log: () => {} };
    for (const delivered of [1, 2])
      await tellDigest(parseDigestEvent(schedule('2026-11-30T08:00:00Z')), {
        ...ports,
        now: () => DIGEST_NOW + delivered,
      });
    expect(told.map(({ attributes }) => attributes.messageId)).toEqual([`digest-${AT}`, `digest-${AT}`]);
    expect(told[0]?.text).toBe(told[1]?.text);
  });

  test('that cannot be told fails, so that Lambda tells it again', async () => {
    const refuse = () => Promise.reject(new Error('The topic is away.'));
    const ports = { readAll: async () => mixedFleet(), now: () => DIGEST_NOW, log: () => {} };
    await expect(tellDigest(AT, { ...ports, publish: { people: refuse, chat: null } })).rejects.toThrow(
      'away',
    );
    await expect(
      tellDigest(AT, { ...ports, readAll: refuse, publish: { people: refuse, chat: null } }),
    ).rejects.toThrow();
  });
});

test.each([[{}], [schedule('soon')], [{ source: 'pg-headroom', account: '222222222222', detail: {} }]])(
  'An event that is no schedule with its time makes no digest: %j',
  (event) => {
    expect(() => parseDigestEvent(event)).toThrow(expect.objectContaining({ code: 'event-unknown' }));
  },
);
