import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fleetPublish, sendSummary } from '../../functions/aws/fleet-publish.ts';
import { logTriggers } from '../../functions/aws/log-triggers.ts';
import { describeDatabases } from '../../functions/aws/rds-api.ts';
import { readFleetParameters } from '../../functions/aws/read-fleet-parameters.ts';
import { renderTestMessage } from '../../functions/render/message/test-message.ts';
import { withOwner } from '../../functions/report/with-owner.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { FULL_BUS, type LoopbackFleetApis, startLoopbackFleetApis } from '../support/loopback-fleet-apis.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { calmSummary } from '../support/summaries-of-cells.ts';

let apis: LoopbackFleetApis;
beforeEach(async () => {
  apis = await startLoopbackFleetApis();
  for (const [name, value] of Object.entries({ ...LOOPBACK_IDENTITY, ...apis.environment }))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await apis[Symbol.asyncDispose]();
});

const instance = (name: string, more = '') =>
  `<DBInstanceIdentifier>${name}</DBInstanceIdentifier><DbiResourceId>db-${name.toUpperCase()}</DbiResourceId>${more}`;

describe('The databases of an account', () => {
  test('are read from every page of both lists', async () => {
    apis.instances.push(...Array.from({ length: 250 }, (_, at) => instance(`d${at}`)));
    const { instances } = await describeDatabases();
    expect(instances.map(({ name }) => name)).toEqual(Array.from({ length: 250 }, (_, at) => `d${at}`));
    expect(apis.calls.toSorted()).toEqual(['DescribeDBClusters', ...Array(3).fill('DescribeDBInstances')]);
  });

  test('have everything that the registry needs', async () => {
    apis.instances.push(
      instance(
        'orders',
        `<DBInstanceArn>arn:orders</DBInstanceArn><Engine>postgres</Engine><EngineVersion>17.6</EngineVersion>
         <DBInstanceClass>db.m7g.large</DBInstanceClass><DBInstanceStatus>available</DBInstanceStatus>
         <Endpoint><Address>orders.rds</Address><Port>5433</Port><HostedZoneId>Z</HostedZoneId></Endpoint>
         <DBSubnetGroup><VpcId>vpc-0a</VpcId></DBSubnetGroup><IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>
         <EnabledCloudwatchLogsExports><member>upgrade</member><member>postgresql</member></EnabledCloudwatchLogsExports>
         <ReadReplicaSourceDBInstanceIdentifier>origin</ReadReplicaSourceDBInstanceIdentifier><MultiAZ/>
         <TagList><Tag><Key>pg-headroom</Key><Value>enforce</Value></Tag><Tag><Key>a&amp;b</Key><Value/></Tag></TagList>`,
      ),
    );
    expect((await describeDatabases()).instances).toEqual([
      {
        ...{
          resource: 'db-ORDERS',
          name: 'orders',
          arn: 'arn:orders',
          engine: 'postgres',
          engineVersion: '17.6',
        },
        ...{
          instanceClass: 'db.m7g.large',
          status: 'available',
          host: 'orders.rds',
          port: 5433,
          vpc: 'vpc-0a',
        },
        ...{ iam: true, exportsLog: true, cluster: null, source: 'origin', unsupported: null },
        tags: [
          { key: 'pg-headroom', value: 'enforce' },
          { key: 'a&b', value: '' },
        ],
      },
    ]);
  });

  test.each([
    ['<CustomerOwnedIpEnabled>true</CustomerOwnedIpEnabled>', 'outposts'],
    ['<BackupTarget>outposts</BackupTarget>', 'outposts'],
    [
      '<DBSubnetGroup><Subnets><Subnet><SubnetOutpost><Arn>arn</Arn></SubnetOutpost></Subnet></Subnets></DBSubnetGroup>',
      'outposts',
    ],
    ['<CustomIamInstanceProfile>profile</CustomIamInstanceProfile>', 'custom'],
    ['<BackupTarget>region</BackupTarget>', null],
  ])('with %s are of the kind %s', async (more, kind) => {
    apis.instances.push(instance('orders', more));
    expect((await describeDatabases()).instances[0]?.unsupported).toBe(kind);
  });

  test('in clusters have the capacity and the kind of their cluster', async () => {
    apis.clusters.push(
      `<DBClusterIdentifier>shop</DBClusterIdentifier><DbClusterResourceId>cluster-SHOP</DbClusterResourceId>
       <ServerlessV2ScalingConfiguration><MinCapacity>0.0</MinCapacity><MaxCapacity>8.0</MaxCapacity></ServerlessV2ScalingConfiguration>
       <ClusterScalabilityType>limitless</ClusterScalabilityType>`,
    );
    expect((await describeDatabases()).clusters).toMatchObject([
      { resource: 'cluster-SHOP', minimumCapacity: 0, isLimitless: true },
    ]);
  });

  test('are asked for again after a throttled answer', async () => {
    apis.instances.push(instance('orders'));
    apis.throttle(2);
    expect((await describeDatabases()).instances).toHaveLength(1);
  });

  test('that may not be listed are an error that says the rights', async () => {
    apis.deny(true);
    await expect(describeDatabases()).rejects.toMatchObject({
      code: 'api-refused',
      message: expect.stringMatching(/AccessDenied.*rds:DescribeDBInstances/),
    });
  });
});

describe('The parameters of a cell', () => {
  test('are its networks and the servers that have a construct', async () => {
    for (let at = 0; at < 23; at += 1)
      apis.parameters.set(
        `/pg-headroom/fleet/network/vpc-${at}`,
        JSON.stringify({ function: `arn ${at}`, reaches: ['vpc-x'], colour: 1 }),
      );
    apis.parameters.set('/pg-headroom/fleet/network/vpc-99', 'no json');
    apis.parameters.set('/pg-headroom/declared/Orders.abc.rds.amazonaws.com', 'orders');
    const { networks, declared } = await readFleetParameters();
    expect(networks).toHaveLength(23);
    expect(networks).toContainEqual({
      vpc: 'vpc-7',
      function: 'arn 7',
      reaches: ['vpc-x'],
      concurrency: null,
    });
    expect(declared).toEqual([{ host: 'orders.abc.rds.amazonaws.com', server: 'orders' }]);
  });

  test('that may not be read are an error', async () => {
    apis.deny(true);
    await expect(readFleetParameters()).rejects.toMatchObject({ code: 'api-refused' });
  });
});

describe('Triggers on log groups', () => {
  let triggers: ReturnType<typeof logTriggers>;
  beforeEach(() => {
    triggers = logTriggers('arn of intake');
  });
  const own = { filterName: 'pg-headroom-fleet', destinationArn: 'arn of intake' };
  const foreign = { filterName: 'shipper', destinationArn: 'arn of shipper' };

  test('are put beside those of others and removed alone', async () => {
    apis.groups.set('g', [foreign]);
    await triggers.putSubscription('g');
    await triggers.putMetricFilter('g');
    expect(apis.groups.get('g')).toEqual([foreign, own]);
    expect(await triggers.subscriptionsOf('g')).toEqual([
      { name: 'shipper', destination: 'arn of shipper' },
      { name: 'pg-headroom-fleet', destination: 'arn of intake' },
    ]);
    expect(apis.metricFilters.get('g')).toMatchObject({
      filterPattern: expect.stringContaining('?"remaining connection slots are reserved"'),
      metricTransformations: [
        { metricName: 'FleetRefusals', metricNamespace: 'PgHeadroom', metricValue: '1' },
      ],
    });
    await triggers.removeSubscription('g');
    await triggers.removeMetricFilter('g');
    expect([apis.groups.get('g'), apis.metricFilters.size]).toEqual([[foreign], 0]);
  });

  test('that are not there need no removal, and a group that is not there has none', async () => {
    apis.groups.set('g', []);
    await triggers.removeSubscription('g');
    await triggers.removeMetricFilter('elsewhere');
    expect(await triggers.subscriptionsOf('elsewhere')).toBeNull();
  });

  test('that are refused say why', async () => {
    apis.groups.set('g', [foreign, { ...foreign, filterName: 'two' }]);
    await expect(triggers.putSubscription('g')).rejects.toMatchObject({
      code: 'logs-refused',
      message: expect.stringContaining('LimitExceededException'),
    });
  });
});

describe('A message of a cell', () => {
  const message = renderTestMessage('alice', '2026-11-29T03:00:00.000Z');
  const identity = { id: 'm', kind: 'test', incident: null } as const;
  const publish = async (bus: string) => {
    await using aws = await startLoopbackAws();
    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
    const channels = { topic: 'arn:aws:sns:eu-west-1:111122223333:people', chat: null, bus };
    await withOwner(fleetPublish(channels), 'shop').people(message, identity);
    return aws.published;
  };

  test('goes to the topic and to the bus of the organisation, with the owner of its database', async () => {
    const published = await publish('arn of bus');
    expect(published).toHaveLength(1);
    expect(JSON.stringify(published[0])).toContain('shop');
    const Detail = expect.stringContaining('"owner":"shop"');
    expect(apis.events).toMatchObject([{ Source: 'pg-headroom', EventBusName: 'arn of bus', Detail }]);
  });

  test('is put into the region of the bus, whatever the region of the cell', async () => {
    const elsewhere = publish('arn:aws:events:ap-southeast-2:111122223333:event-bus/pg-headroom');
    await expect(elsewhere).rejects.toThrow(/credential is for .*\/ap-southeast-2\/events/);
  });

  test('leaves the summary of a cell to the bus alone', async () => {
    await sendSummary('arn of bus')(calmSummary(4));
    const [event] = apis.events;
    expect(event).toMatchObject({ Source: 'pg-headroom', DetailType: 'summary', EventBusName: 'arn of bus' });
    expect(JSON.parse(Reflect.get(event ?? {}, 'Detail'))).toEqual(calmSummary(4));
    await expect(sendSummary(FULL_BUS)(calmSummary(4))).rejects.toMatchObject({ code: 'publish-failed' });
  });

  test('that the bus does not take is not published, though the call succeeds', async () => {
    await expect(publish(FULL_BUS)).rejects.toMatchObject({
      code: 'publish-failed',
      message: expect.stringContaining('ThrottlingException: Rate exceeded'),
    });
  });
});
