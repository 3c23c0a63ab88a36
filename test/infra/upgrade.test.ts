import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { synthesizeAll } from './synthesis.ts';

/**
 * Templates of earlier commits beside those of today, from the same declaration: what CloudFormation would delete, replace
 * or refuse in an update.
 */

type Resource = { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> };
type Templates = Readonly<
  Record<
    string,
    {
      readonly Resources: Readonly<Record<string, Resource>>;
      readonly Outputs?: Readonly<Record<string, { readonly Export?: { readonly Name: unknown } }>>;
    }
  >
>;

const FOLDER = new URL('earlier-templates/', import.meta.url);
/** `KEEP_TEMPLATES=0.2.0 npx vitest run --project infra test/infra/upgrade.test.ts` keeps those of today for later versions. */
const KEEP_AS = process.env.KEEP_TEMPLATES;

/**
 * Properties that CloudFormation cannot change in place ("Update requires: Replacement"), of all types that we have. Where
 * the resource has a fixed name or holds data, a replacement fails or loses it.
 */
const REPLACED_BY: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::CloudWatch::LogAlarm': ['AlarmName'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'AttributeDefinitions'],
  'AWS::EC2::VPCEndpoint': ['ServiceName', 'VpcId', 'VpcEndpointType'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'Path', 'Description'],
  'AWS::IAM::Policy': [],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'Qualifier'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
  'AWS::Lambda::Permission': ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::Logs::MetricFilter': ['LogGroupName', 'FilterName'],
  'AWS::Logs::SubscriptionFilter': ['LogGroupName', 'FilterName'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::S3::BucketPolicy': ['Bucket'],
  'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SNS::TopicPolicy': [],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SQS::QueuePolicy': [],
  'AWS::Scheduler::Schedule': ['Name', 'GroupName'],
  'AWS::SSM::Parameter': ['Name'],
};

describe.each(readdirSync(FOLDER))('The templates of %s', (file) => {
  const { declared, templates } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  const earlier: Templates = templates;
  const today = Object.fromEntries(
    [...synthesizeAll(declared)].map(([name, template]) => [name, template.toJSON()]),
  ) as Templates;
  if (KEEP_AS !== undefined)
    writeFileSync(
      new URL(`${KEEP_AS}.json`, FOLDER),
      `${JSON.stringify({ declared, templates: today }, null, 2)}\n`,
    );
  const each = Object.entries(earlier).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).map(([id, resource]) => ({ stack, id, resource })),
  );

  test('are many', () => {
    expect(each.length).toBeGreaterThan(60);
  });

  test('have resources of no type whose replacements are not known', () => {
    const types = [earlier, today].flatMap((all) =>
      Object.values(all).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
    );
    expect(types.filter((type) => !(type in REPLACED_BY))).toEqual([]);
  });

  test('lose no resource to those of today', () => {
    const lost = each.filter(
      ({ stack, id, resource }) => today[stack]?.Resources[id]?.Type !== resource.Type,
    );
    expect(lost.map(({ stack, id }) => `${stack}: ${id}`)).toEqual([]);
  });

  test('have no resource that the update would replace', () => {
    const replaced = each.flatMap(({ stack, id, resource: { Type, Properties = {} } }) => {
      const now = today[stack]?.Resources[id]?.Properties ?? {};
      return (REPLACED_BY[Type] ?? [])
        .filter((property) => JSON.stringify(Properties[property]) !== JSON.stringify(now[property]))
        .map((property) => `${stack}: ${id}.${property}`);
    });
    expect(replaced).toEqual([]);
  });

  test('have no name that a resource of today takes while the other still has it', () => {
    const names = (all: Templates) =>
      Object.entries(all).flatMap(([stack, { Resources }]) =>
        Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) =>
          (REPLACED_BY[Type] ?? [])
            .filter((property) => /Name$/.test(property) && typeof Properties[property] === 'string')
            .filter(
              (property) => !/^AWS::Logs::|^AWS::Lambda::(Permission|EventInvoke)/.test(`${Type}${property}`),
            )
            .map((property) => [`${Type} ${Properties[property]}`, `${stack}: ${id}`] as const),
        ),
      );
    const before = new Map(names(earlier));
    const taken = names(today).filter(([name, at]) => before.has(name) && before.get(name) !== at);
    expect(taken).toEqual([]);
  });

  test('have no export that is missing today, while a stack of theirs imports it', () => {
    const exported = (all: Templates) =>
      Object.values(all).flatMap(({ Outputs = {} }) =>
        Object.values(Outputs).flatMap(({ Export }) =>
          Export === undefined ? [] : [JSON.stringify(Export.Name)],
        ),
      );
    const now = new Set(exported(today));
    expect(exported(earlier).filter((name) => !now.has(name))).toEqual([]);
  });
});
