import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { parseReportConfig } from '../../functions/config/config.ts';
import { HANDLER, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { reportingElsewhere, reportingStack } from './reporting.ts';
import { resources, type Statement, statements, theOnly } from './synthesis.ts';

const reporting = reportingStack();
const [topicId] = theOnly(reporting, 'AWS::SNS::Topic');
const [bucketId, bucket] = theOnly(reporting, 'AWS::S3::Bucket');
const [tableId, table] = theOnly(reporting, 'AWS::DynamoDB::Table');
const [queueId, queue] = theOnly(reporting, 'AWS::SQS::Queue');
const [keyId] = theOnly(reporting, 'AWS::KMS::Key');
const [reportId, report] = theOnly(reporting, 'AWS::Lambda::Function');
const objects = (key: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucketId, 'Arn'] }, key]] });
const [records, indexes] = [objects('/records/*'), objects('/index/*')];

describe('the report function', () => {
  test('is the built bundle on Node 24 and arm64, outside every network', () => {
    expect(report.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: HANDLER,
      Timeout: REPORT_TIMEOUT_SECONDS,
    });
    expect(report.Properties).not.toHaveProperty('VpcConfig');
  });

  test('knows topic, bucket and table by the names of the contract, as its own parser takes them', () => {
    const { Variables } = report.Properties.Environment as { readonly Variables: Record<string, unknown> };
    expect(Variables).toEqual({
      [REPORT_ENV.topic]: { Ref: topicId },
      [REPORT_ENV.bucket]: { Ref: bucketId },
      [REPORT_ENV.table]: { Ref: tableId },
    });
    const deployed = Object.fromEntries(Object.keys(Variables).map((name) => [name, 'as-deployed']));
    const config = parseReportConfig(deployed);
    expect(config).toEqual({
      ...{ topic: 'as-deployed', chat: null, bucket: 'as-deployed', table: 'as-deployed' },
      receivers: [],
    });
  });

  test('may do this and nothing else', () => {
    const [logId] = theOnly(reporting, 'AWS::Logs::LogGroup');
    expect(statements(reporting)).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logId, 'Arn'] },
      },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: topicId } },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: { 'Fn::GetAtt': [keyId, 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        Resource: { 'Fn::GetAtt': [tableId, 'Arn'] },
      },
      { Effect: 'Allow', Action: 'cloudwatch:GetMetricData', Resource: '*' },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [queueId, 'Arn'] } },
      { Effect: 'Allow', Action: 's3:PutObject', Resource: [indexes, records] },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: indexes },
    ]);
    const [, role] = theOnly(reporting, 'AWS::IAM::Role');
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('leaves what it cannot tell in the dead-letter queue, after the tries that Lambda makes', () => {
    const [, { Properties }] = theOnly(reporting, 'AWS::Lambda::EventInvokeConfig');
    expect(Properties).toEqual({
      FunctionName: { Ref: reportId },
      Qualifier: '$LATEST',
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queueId, 'Arn'] } } },
    });
  });

  test('has the log group that keeps for 90 days, and no other', () => {
    const [logId, log] = theOnly(reporting, 'AWS::Logs::LogGroup');
    expect(log.Properties.RetentionInDays).toBe(90);
    expect(report.Properties.LoggingConfig).toEqual({ LogFormat: 'JSON', LogGroup: { Ref: logId } });
  });
});

describe('the bucket of records', () => {
  test('is encrypted, private, and empties itself: of records after a year, of indexes after what they show', () => {
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      // What report overwrites stays for a while as a version, and report may not delete versions.
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          { Prefix: 'records/', ExpirationInDays: 365, Status: 'Enabled' },
          { Prefix: 'index/', ExpirationInDays: 400, Status: 'Enabled' },
          {
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            ExpiredObjectDeleteMarker: true,
            Status: 'Enabled',
          },
        ],
      },
    });
  });

  test('outlives its stack', () => {
    expect(bucket.DeletionPolicy).toBe('Retain');
  });

  test('can be asked to forget sooner', () => {
    const [, { Properties }] = theOnly(
      reportingElsewhere(() => ({ keepRecordsFor: Duration.days(30) })),
      'AWS::S3::Bucket',
    );
    expect(Properties.LifecycleConfiguration).toMatchObject({
      Rules: [{ ExpirationInDays: 30 }, { ExpirationInDays: 400 }, { ExpiredObjectDeleteMarker: true }],
    });
  });

  test('takes TLS 1.2 or later only', () => {
    const [, { Properties }] = theOnly(reporting, 'AWS::S3::BucketPolicy');
    const { Statement } = Properties.PolicyDocument as { readonly Statement: readonly Statement[] };
    expect(Statement.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
    ]);
  });

  test('is read with the policy for readers, and by the links in messages', () => {
    const [, { Properties }] = theOnly(reporting, 'AWS::IAM::ManagedPolicy', 'ReportingRecords');
    const bucketArn = { 'Fn::GetAtt': [bucketId, 'Arn'] };
    expect((Properties.PolicyDocument as { readonly Statement: unknown }).Statement).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: [indexes, records] },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: bucketArn,
        Condition: { StringLike: { 's3:prefix': ['records/*', 'index/*'] } },
      },
      { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: bucketArn },
      { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': [tableId, 'Arn'] } },
    ]);
    expect(Properties).not.toHaveProperty('Roles');
  });
});

test('the policy for operators lets people write the switch, and nothing else of the memory', () => {
  const [, { Properties }] = theOnly(reporting, 'AWS::IAM::ManagedPolicy', 'ReportingOperators');
  const Resource = { 'Fn::GetAtt': [tableId, 'Arn'] };
  expect((Properties.PolicyDocument as { readonly Statement: unknown }).Statement).toEqual([
    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource },
    {
      Effect: 'Allow',
      Action: 'dynamodb:UpdateItem',
      Resource,
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['server', 'pause', 'version'] },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
      },
    },
    {
      Effect: 'Allow',
      Action: ['lambda:GetFunctionConfiguration', 'lambda:GetFunctionEventInvokeConfig'],
      Resource: expect.objectContaining({ 'Fn::Join': expect.anything() }),
    },
    {
      Effect: 'Allow',
      Action: [
        'lambda:GetFunctionConfiguration',
        'lambda:GetFunctionEventInvokeConfig',
        'lambda:InvokeFunction',
      ],
      Resource: { 'Fn::GetAtt': [reportId, 'Arn'] },
    },
  ]);
  expect(JSON.stringify(Properties)).toContain(':function:pg-headroom-*');
});

describe('memory', () => {
  test('is a table of items by server, paid by the request, recoverable, and gone with its stack', () => {
    expect(table.Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'server', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'server', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(table.DeletionPolicy).toBe('Delete');
  });
});

describe('the dead-letter queue', () => {
  test('is encrypted, keeps for two weeks, and takes the largest result', () => {
    expect(queue.Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3_600,
      MaximumMessageSize: 1_048_576,
    });
  });

  test('takes messages over TLS only', () => {
    const [, { Properties }] = theOnly(reporting, 'AWS::SQS::QueuePolicy');
    expect(Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    });
  });
});

describe('the outputs', () => {
  test.each([
    ['PeopleTopicArn', { Ref: topicId }],
    ['RecordsBucketName', { Ref: bucketId }],
    ['RecordReadersPolicyArn', { Ref: theOnly(reporting, 'AWS::IAM::ManagedPolicy', 'ReportingRecords')[0] }],
    ['OperatorsPolicyArn', { Ref: theOnly(reporting, 'AWS::IAM::ManagedPolicy', 'ReportingOperators')[0] }],
    ['MemoryTableName', { Ref: tableId }],
    ['DeadLettersUrl', { Ref: queueId }],
    ['ReportFunctionName', { Ref: reportId }],
  ])('name %s', (output, Value) => {
    expect(reporting.findOutputs(output)).toMatchObject({ [output]: { Value } });
  });
});

describe('with topics that exist', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:on-call';
  const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
  const template = reportingElsewhere((elsewhere) => ({
    people: Topic.fromTopicAttributes(elsewhere, 'People', { topicArn, keyArn }),
    emails: ['on-call@example.com'],
  }));

  test('makes neither topic nor key, and uses what it is given', () => {
    for (const type of ['AWS::SNS::Topic', 'AWS::KMS::Key']) expect(resources(template, type)).toEqual([]);
    expect(statements(template)).toEqual(
      expect.arrayContaining([
        { Effect: 'Allow', Action: 'sns:Publish', Resource: topicArn },
        { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: keyArn },
      ]),
    );
    const [, { Properties }] = theOnly(template, 'AWS::Lambda::Function');
    expect(Properties.Environment).toMatchObject({ Variables: { [REPORT_ENV.topic]: topicArn } });
  });

  test('subscribes the mail addresses', () => {
    const [, { Properties }] = theOnly(template, 'AWS::SNS::Subscription');
    expect(Properties).toEqual({ Protocol: 'email', TopicArn: topicArn, Endpoint: 'on-call@example.com' });
  });
});

describe('with a topic for chat', () => {
  test('makes one under the same key, and tells the function', () => {
    const template = reportingElsewhere(() => ({ chat: 'own' }));
    expect(resources(template, 'AWS::KMS::Key')).toHaveLength(1);
    const topics = resources(template, 'AWS::SNS::Topic').map(([id]) => ({ Ref: id }));
    expect(topics).toHaveLength(2);
    const [, { Properties }] = theOnly(template, 'AWS::Lambda::Function');
    expect(Properties.Environment).toMatchObject({ Variables: { [REPORT_ENV.chat]: topics[1] } });
    expect(statements(template)).toContainEqual({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Resource: expect.arrayContaining(topics),
    });
  });
});
