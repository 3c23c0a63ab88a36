import { Template } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { remediation, withStack } from './somebody-elses.ts';
import { aServer, resources, statements, synthesizeAll } from './synthesis.ts';

const OTHER_VPC = { ...(aServer().vpc as object), vpcId: 'vpc-0b2c3d4e5f6071829' };
const server = (name: string, fields: object) => aServer({ name, host: `${name}.example.com`, ...fields });
const endpointFor = (...routeTableIds: readonly string[]) => ({ memoryAccess: { routeTableIds } });

const templates = synthesizeAll({
  servers: [
    server('one', { ...endpointFor('rtb-00000001', 'rtb-00000002'), stack: 0 }),
    server('two', { ...endpointFor('rtb-00000002', 'rtb-00000003'), stack: 1 }),
    server('afar', { ...endpointFor('rtb-00000009'), vpc: OTHER_VPC, stack: 1 }),
    server('reached', { memoryAccess: 'existing', stack: 2 }),
    server('forgetful', { memoryAccess: 'none', stack: 3 }),
  ],
});
const stack = (name: string) => templates.get(name) ?? Template.fromJSON({});
const endpoints = [...templates].flatMap(([name, template]) =>
  resources(template, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) => ({ name, Properties })),
);
const readsMemory = (name: string) =>
  statements(stack(name)).some(({ Action }) => Action === 'dynamodb:GetItem');

describe('a gateway endpoint to the memory', () => {
  test('is one for each VPC, whose servers have all their route tables in it', () => {
    expect(endpoints.map(({ Properties }) => [Properties.VpcId, Properties.RouteTableIds])).toEqual([
      ['vpc-0a1b2c3d4e5f60718', ['rtb-00000001', 'rtb-00000002', 'rtb-00000003']],
      ['vpc-0b2c3d4e5f6071829', ['rtb-00000009']],
    ]);
  });

  test("belongs to no server's stack, so that none takes it along", () => {
    expect(new Set(endpoints.map(({ name }) => name))).toEqual(new Set(['pg-headroom-network']));
  });

  test('leads to DynamoDB, and shuts out nothing that shares the subnets', () => {
    for (const { Properties } of endpoints) {
      expect(Properties).toMatchObject({ VpcEndpointType: 'Gateway' });
      expect(JSON.stringify(Properties.ServiceName)).toContain('.dynamodb');
      expect(Properties).not.toHaveProperty('PolicyDocument');
    }
  });

  test('is not there unless it is asked for', () => {
    const without = synthesizeAll({ servers: [server('reached', { memoryAccess: 'existing' })] });
    expect([...without.keys()]).not.toContain('pg-headroom-network');
  });
});

describe('the memory', () => {
  test.each([
    ['has a way of its own', 'pg-headroom-servers-0'],
    ['is said to have one', 'pg-headroom-servers-2'],
  ])('is read by the function that %s', (_, name) => {
    expect(readsMemory(name)).toBe(true);
    expect(JSON.stringify(stack(name))).toContain('HEADROOM_TABLE');
  });

  test('is none for a function that has no access', () => {
    expect(readsMemory('pg-headroom-servers-3')).toBe(false);
    expect(JSON.stringify(stack('pg-headroom-servers-3'))).not.toContain('HEADROOM_TABLE');
  });

  test('can be given up by the last server that has it, and taken up again', () => {
    const exportsWith = (memoryAccess: string) => {
      const reporting = synthesizeAll({ servers: [server('orders', { memoryAccess })] }).get(
        'pg-headroom-reporting',
      );
      const outputs = Object.values(reporting?.findOutputs('*') ?? {});
      return outputs.flatMap(({ Export }) => Export?.Name ?? []).toSorted();
    };
    expect(exportsWith('none')).toEqual(exportsWith('existing'));
  });

  test("is read with the table's own key where it has one, for DynamoDB alone", () => {
    withStack((place) => {
      const key = Key.fromKeyArn(place.stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/0a1b');
      const attributes = { tableName: 'memory', encryptionKey: key };
      remediation(place, { memory: Table.fromTableAttributes(place.stack, 'Table', attributes) });
      const granted = statements(Template.fromStack(place.stack), 'Remediation');
      expect(granted.filter(({ Action }) => Action === 'kms:Decrypt')).toMatchObject([
        {
          Resource: key.keyArn,
          Condition: {
            StringEquals: {
              'kms:ViaService': {
                'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
              },
            },
          },
        },
      ]);
    });
  });
});
