import { describe, expect, it } from 'vitest';
import { HANDLER, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { CONTEXT, statements, synthesize, theOnly } from './synthesis.ts';

const { reporting } = synthesize(CONTEXT.servers);
const [topicId, topic] = theOnly(reporting, 'AWS::SNS::Topic');
const [, report] = theOnly(reporting, 'AWS::Lambda::Function');

describe('the report function', () => {
  it('is the built bundle on Node 24 and arm64, outside every network', () => {
    expect(report.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: HANDLER,
      Timeout: REPORT_TIMEOUT_SECONDS,
    });
    expect(report.Properties).not.toHaveProperty('VpcConfig');
  });

  it('knows its topic by the name of the contract', () => {
    expect(report.Properties.Environment).toEqual({ Variables: { [REPORT_ENV.topic]: { Ref: topicId } } });
  });

  it('may write its log and publish to its topic, and nothing else', () => {
    const [logId, log] = theOnly(reporting, 'AWS::Logs::LogGroup');
    expect(statements(reporting)).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logId, 'Arn'] },
      },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: topicId } },
    ]);
    const [, role] = theOnly(reporting, 'AWS::IAM::Role');
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(log.Properties.RetentionInDays).toBe(90);
    expect(report.Properties.LoggingConfig).toEqual({ LogGroup: { Ref: logId } });
  });
});

describe('the topic for people', () => {
  it('is encrypted', () => {
    expect(JSON.stringify(topic.Properties.KmsMasterKeyId)).toContain(':alias/aws/sns');
  });

  it('takes messages over TLS only', () => {
    const [, policy] = theOnly(reporting, 'AWS::SNS::TopicPolicy');
    expect(policy.Properties).toMatchObject({
      Topics: [{ Ref: topicId }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    });
  });

  it('is named in the output, for those who subscribe', () => {
    expect(reporting.findOutputs('PeopleTopicArn')).toMatchObject({
      PeopleTopicArn: { Value: { Ref: topicId } },
    });
  });
});
