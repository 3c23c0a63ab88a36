import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { publishTo } from '../../functions/aws/topics.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { report } from '../../functions/report/report.ts';
import { CUSTOM_NOTIFICATION } from '../support/chat-room.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { workHere } from '../support/report-work.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:incidents';
const CHAT = 'arn:aws:sns:eu-west-1:111122223333:rooms';

let aws: LoopbackAws;
beforeEach(async () => {
  aws = await startLoopbackAws();
  const environment = {
    ...aws.environment,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'loopback',
    AWS_SECRET_ACCESS_KEY: 'loopback',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe('publishTo', () => {
  test('a message arrives with subject, text and attributes', async () => {
    const message = renderIncident(INCIDENTS.recovered());
    const { subject, text, attributes } = message;
    await publishTo(TOPIC, null).people(message);
    expect(aws.published).toEqual([{ topicArn: TOPIC, subject, message: text, attributes }]);
  });

  test.each(Object.entries(INCIDENTS))('SNS takes the message for %s', async (_, incident) => {
    await publishTo(TOPIC, null).people(renderIncident(incident()));
    expect(aws.published).toHaveLength(1);
  });

  test('publishing that fails twice yields one message in the end', async () => {
    aws.fail(2);
    await publishTo(TOPIC, null).people(renderIncident(INCIDENTS.partial()));
    expect(aws.published).toHaveLength(1);
    expect(aws.requests.publish).toBe(3);
  });

  test('what SNS refuses for good reaches the caller as a coded error', async () => {
    aws.fail(() => 'AuthorizationError', 'AuthorizationError');
    const telling = report(KILLED_RUN, {
      work: workHere,
      keep: null,
      memory: null,
      count: () => {},
      publish: publishTo(TOPIC, null),
      now: Date.now,
      sleep: async () => {},
      log: () => {},
    });
    await expect(telling).rejects.toMatchObject({
      code: 'publish-failed',
      message: expect.stringMatching(/not published to .*:incidents \(AuthorizationError.*SNS:Publish/),
    });
    expect(aws.published).toEqual([]);
  });
});

describe('publishTo with a topic for chat rooms', () => {
  const { people, chat: rooms } = publishTo(TOPIC, CHAT);
  const topics = () => aws.published.map(({ topicArn }) => topicArn);

  test('tells the rooms in their own form, with the same attributes', async () => {
    const message = renderIncident(INCIDENTS.recovered());
    const { subject, text, chat, attributes } = message;
    await people(message);
    await rooms?.(message);
    expect(aws.published).toEqual([
      { topicArn: TOPIC, subject, message: text, attributes },
      { topicArn: CHAT, subject: null, message: JSON.stringify(chat), attributes },
    ]);
    expect(z.safeParse(CUSTOM_NOTIFICATION, JSON.parse(aws.published[1]?.message ?? ''))).toMatchObject({
      success: true,
    });
  });

  test.each(Object.entries(INCIDENTS))('SNS takes both forms for %s', async (_, incident) => {
    await people(renderIncident(incident()));
    await rooms?.(renderIncident(incident()));
    expect(topics()).toEqual([TOPIC, CHAT]);
  });

  test('names the topic that refuses', async () => {
    aws.fail(({ topicArn }) => (topicArn === CHAT ? 'AuthorizationError' : null));
    await expect(rooms?.(renderIncident(INCIDENTS.partial()))).rejects.toMatchObject({
      code: 'publish-failed',
      message: expect.stringContaining(`not published to ${CHAT} (AuthorizationError`),
    });
    await people(renderIncident(INCIDENTS.partial()));
    expect(topics()).toEqual([TOPIC]);
  });
});
