import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { publishTo } from '../../functions/aws/topics.ts';
import { renderIncident } from '../../functions/render/incident.ts';
import { report } from '../../functions/workflow/report.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:incidents';

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
    const { subject, text, attributes } = renderIncident(INCIDENTS.recovered());
    await publishTo(TOPIC)({ subject, text, attributes });
    expect(aws.published).toEqual([{ topicArn: TOPIC, subject, message: text, attributes }]);
  });

  test.each(Object.entries(INCIDENTS))('SNS takes the message for %s', async (_, incident) => {
    await publishTo(TOPIC)(renderIncident(incident()));
    expect(aws.published).toHaveLength(1);
  });

  test('publishing that fails twice yields one message in the end', async () => {
    aws.fail(2);
    await publishTo(TOPIC)(renderIncident(INCIDENTS.partial()));
    expect(aws.published).toHaveLength(1);
    expect(aws.requests.publish).toBe(3);
  });

  test('what SNS refuses for good reaches the caller as a coded error', async () => {
    aws.fail(() => 'AuthorizationError', 'AuthorizationError');
    const telling = report(KILLED_RUN, { publish: publishTo(TOPIC), log: () => {} });
    await expect(telling).rejects.toMatchObject({
      code: 'publish-failed',
      message: expect.stringContaining('SNS:Publish'),
    });
    expect(aws.published).toEqual([]);
  });
});
