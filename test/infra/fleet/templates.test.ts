import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLEET_FUNCTIONS, FLEET_TABLES, fleetRemediateName } from '../../../functions/contract.ts';
import {
  deployed,
  FLEET_TEMPLATES,
  functionOf,
  ofType,
  templateIn,
  VPC,
  withFleetPackage,
} from './fleet-templates.ts';

/** The templates of a fleet, as `npm run package -- fleet` leaves them. */

const {
  'fleet-cell': cellTemplate,
  'fleet-network': networkTemplate,
  'fleet-hub': hubTemplate,
} = FLEET_TEMPLATES;
const cell = deployed('fleet-cell');
const network = deployed('fleet-network');

const askedFor = (template: typeof cellTemplate) =>
  Object.entries(template?.Parameters ?? {})
    .filter(([, { Default }]) => Default === undefined)
    .map(([name]) => name)
    .toSorted();

describe('The package', () => {
  test('has the hub, the cell and the network, each small enough to be given as a text', () => {
    withFleetPackage((_, templates) => {
      expect(templates.map(({ file }) => file)).toEqual([
        'fleet-hub.json',
        'fleet-cell.json',
        'fleet-network.json',
        'fleet-enrol.json',
        'fleet-digest.json',
      ]);
      for (const { bytes, onlyByUrl } of templates) {
        expect(bytes).toBeLessThan(51_200);
        expect(onlyByUrl).toBe(false);
      }
    });
  });

  test('has the code that the templates name, by its hash', () => {
    withFleetPackage((folder) => {
      const keys = [cell, network, deployed('fleet-enrol'), deployed('fleet-digest')].flatMap((resources) =>
        ofType(resources, 'AWS::Lambda::Function').map(
          ([, { Properties }]) => (Properties.Code as { readonly S3Key: string }).S3Key,
        ),
      );
      expect(keys.length).toBe(8);
      for (const key of keys) expect(existsSync(join(folder, 'code', key))).toBe(true);
      expect(readdirSync(join(folder, 'code', 'pg-headroom'))).toHaveLength(new Set(keys).size);
    });
  });

  test('has the code buckets of the organisation as a default where they are named', () => {
    const defaults = withFleetPackage(
      (folder) => templateIn(folder, 'fleet-cell').Parameters?.CodeBucket?.Default,
      {
        codeBuckets: 'acme-headroom',
      },
    );
    expect(defaults).toBe('acme-headroom');
    expect(cellTemplate?.Parameters?.CodeBucket?.Default).toBeUndefined();
  });
});

describe('The cell', () => {
  test('asks for nothing but the code: accounts that join get no parameters of their own', () => {
    expect(askedFor(cellTemplate)).toEqual(['CodeBucket']);
  });

  test('knows no network', () => {
    const text = JSON.stringify(cellTemplate);
    expect(text).not.toMatch(/AWS::EC2|VpcConfig|subnet-|sg-0|ec2:/);
  });

  test('has no stack in it, no resource by a lookup and no bootstrap of the CDK', () => {
    for (const template of [cellTemplate, networkTemplate, hubTemplate])
      expect(JSON.stringify(template)).not.toMatch(
        /AWS::CloudFormation::|bootstrap|hnb659fds|Custom::|AWS::SSM::Parameter::Value/,
      );
  });

  test('takes its code from the bucket of its own region', () => {
    const code = functionOf(cell, FLEET_FUNCTIONS.dispatch).properties.Code;
    expect(code).toMatchObject({ S3Bucket: 'acme-headroom-eu-west-1' });
    expect(
      functionOf(deployed('fleet-cell', {}, ['aws-cn', 'cn-north-1']), FLEET_FUNCTIONS.dispatch).properties
        .Code,
    ).toMatchObject({
      S3Bucket: 'acme-headroom-cn-north-1',
    });
  });

  test('costs nothing that stands still: no key, no dashboard, no reserved concurrency, two alarms', () => {
    const types = [...Object.values(cell), ...Object.values(network)].map(({ Type }) => Type);
    for (const type of [
      'AWS::KMS::Key',
      'AWS::CloudWatch::Dashboard',
      'AWS::EC2::VPCEndpoint',
      'AWS::SecretsManager::Secret',
    ])
      expect(types).not.toContain(type);
    expect(types.filter((type) => type === 'AWS::CloudWatch::Alarm')).toHaveLength(2);
    expect(types.filter((type) => type === 'AWS::Scheduler::Schedule')).toHaveLength(1);
    for (const [, { Properties }] of ofType(cell, 'AWS::DynamoDB::Table'))
      expect(Properties).toMatchObject({ BillingMode: 'PAY_PER_REQUEST' });
    for (const resources of [cell, network])
      for (const [, { Properties }] of ofType(resources, 'AWS::Lambda::Function'))
        expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
  });

  test('leaves out the lines of the platform for quiet runs', () => {
    for (const resources of [cell, network])
      for (const [, { Properties }] of ofType(resources, 'AWS::Lambda::Function'))
        expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
  });

  test('has four tables whose items expire by the same attribute', () => {
    const tables = ofType(cell, 'AWS::DynamoDB::Table').map(([, { Properties }]) => Properties);
    expect(tables.map(({ TableName }) => TableName).toSorted()).toEqual(
      Object.values(FLEET_TABLES).toSorted(),
    );
    for (const table of tables)
      expect(table.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });

  test('looks once a period, by a schedule that no declared server can have', () => {
    const [schedule] = ofType(cell, 'AWS::Scheduler::Schedule');
    expect(schedule?.[1].Properties).toMatchObject({
      Name: 'pg-headroom.fleet',
      ScheduleExpression: 'rate(5 minutes)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 0 } },
    });
    expect(JSON.stringify(schedule)).toContain('<aws.scheduler.scheduled-time>');
  });

  test('tells people when the dispatcher is silent', () => {
    const [unwell] = ofType(cell, 'AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) => Properties.MetricName === 'UnwellDatabases',
    );
    expect(unwell?.[1].Properties).toMatchObject({
      AlarmName: 'pg-headroom-fleet-unwell',
      TreatMissingData: 'breaching',
      Dimensions: [{ Name: 'service', Value: 'pg-headroom' }],
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Period: 300,
    });
  });

  test('reads new records of the outbox only, one at a time, and keeps what cannot be told', () => {
    const [mapping] = ofType(cell, 'AWS::Lambda::EventSourceMapping');
    expect(mapping?.[1].Properties).toMatchObject({
      BatchSize: 1,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      MaximumRetryAttempts: 5,
      DestinationConfig: { OnFailure: { Destination: expect.stringContaining('DeadLetters') } },
    });
  });

  test('drops events that are too old to act on', () => {
    const ages = ofType(cell, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => [
      String(Properties.FunctionName).replace(/^<Cell|^<|Function.*$/g, ''),
      Properties.MaximumEventAgeInSeconds,
      Properties.MaximumRetryAttempts,
    ]);
    expect(ages.toSorted()).toEqual([
      ['Dispatch', 300, 0],
      ['Intake', 60, 0],
      ['Report', 21_600, 2],
      ['Triggers', 1_800, 1],
    ]);
  });
});

describe('A network', () => {
  test('asks for its VPC, its subnets and one to five groups', () => {
    expect(askedFor(networkTemplate)).toEqual(['CodeBucket', 'SecurityGroupIds', 'SubnetIds', 'VpcId']);
  });

  test('has one function, with the subnets and groups of the parameters', () => {
    const { properties } = functionOf(network, fleetRemediateName(VPC));
    expect(properties).toMatchObject({
      VpcConfig: { SubnetIds: ['subnet-0a1b2c3d4e5f60718'], SecurityGroupIds: ['sg-0a1b2c3d4e5f60718'] },
      Timeout: 60,
      Environment: { Variables: { HEADROOM_VPC: VPC, HEADROOM_REGISTRY: FLEET_TABLES.registry } },
    });
  });

  test('never repeats a run, drops events after a minute, and tells report of those that failed', () => {
    const [config] = ofType(network, 'AWS::Lambda::EventInvokeConfig');
    expect(config?.[1].Properties).toMatchObject({
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
      DestinationConfig: {
        OnFailure: { Destination: expect.stringMatching(/:function:pg-headroom-fleet-report$/) },
      },
    });
    expect(JSON.stringify(config)).not.toContain('OnSuccess');
  });

  test('is found by a parameter', () => {
    const [found] = ofType(network, 'AWS::SSM::Parameter');
    expect(found?.[1].Properties).toMatchObject({
      Name: `/pg-headroom/fleet/network/${VPC}`,
      Type: 'String',
    });
    expect(JSON.parse(String(found?.[1].Properties.Value))).toEqual({
      function: '<RemediateFunction96205B86>.Arn',
      reaches: [],
    });
  });

  test('says there which further VPCs it reaches, and what it reserved', () => {
    const further = deployed('fleet-network', {
      FurtherVpcIds: ['vpc-0b', 'vpc-0c'],
      ReservedConcurrency: '6',
    });
    const [found] = ofType(further, 'AWS::SSM::Parameter');
    expect(JSON.parse(String(found?.[1].Properties.Value))).toMatchObject({
      reaches: ['vpc-0b', 'vpc-0c'],
      concurrency: 6,
    });
    expect(functionOf(further, fleetRemediateName(VPC)).properties.ReservedConcurrentExecutions).toBe('6');
  });

  test('opens no security group, and makes no endpoint', () => {
    expect(
      Object.values(network)
        .map(({ Type }) => Type)
        .filter((type) => type.startsWith('AWS::EC2')),
    ).toEqual([]);
  });
});
