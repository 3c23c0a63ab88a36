import { describe, expect, test } from 'vitest';
import { aServer, type Resource, resources, type Statement, synthesizeAll, theOnly } from './synthesis.ts';

/** The way of an alarm: through its topic's policy and through the policy of the topic's key, or it is not heard. */

const [template, servers] = synthesizeAll({ servers: [aServer()], reporting: { chat: 'own' } }).values();
if (template === undefined || servers === undefined) throw new Error('Two stacks are expected.');
const topics = new Map(resources(template, 'AWS::SNS::Topic'));
const [keyId, key] = theOnly(template, 'AWS::KMS::Key');
const exported = Object.values(template.findOutputs('*'));

type Topic = { readonly Ref: string };
type Action = Partial<Topic> & { readonly 'Fn::ImportValue'?: string };

/** Alarms by name with the topics that they publish to; one that starts a run, or waits for a pager's topic, has none. */
const alarms = [template, servers]
  .flatMap((stack) => resources(stack, 'AWS::CloudWatch::Alarm'))
  .map(([, { Properties }]) => {
    const actions = (Properties.AlarmActions ?? []) as readonly Action[];
    return [String(Properties.AlarmName), actions.flatMap(topicOf)] as const;
  })
  .filter(([, to]) => to.length > 0);

/** The topic as its own stack refers to it; a server's stack imports it. */
function topicOf({ Ref, 'Fn::ImportValue': name }: Action): readonly Topic[] {
  if (Ref !== undefined) return [{ Ref }];
  return exported
    .filter(({ Export }) => name !== undefined && Export?.Name === name)
    .map(({ Value }) => Value);
}

type Principal = { readonly Principal: unknown };

function statementsOf({ Properties }: Resource, property: string): readonly (Statement & Principal)[] {
  return (Properties[property] as { readonly Statement: readonly (Statement & Principal)[] }).Statement;
}

/** What lets CloudWatch in, and on whose behalf. */
function forAlarms(statements: readonly (Statement & Principal)[]): readonly (Statement & Principal)[] {
  return statements.filter(({ Principal: principal }) => JSON.stringify(principal).includes('cloudwatch'));
}

/** An ARN with its references in words, so that it can be compared. */
function worded(arn: unknown): string {
  const words = (part: unknown) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`);
  const { 'Fn::Join': join } = arn as { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  return join[1].map(words).join('');
}

const OUR_ALARMS = 'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:pg-headroom-*';

function expectOnlyOurAlarms({ Effect, Principal: principal, Condition }: Statement & Principal): void {
  expect({ Effect, principal }).toEqual({
    Effect: 'Allow',
    principal: { Service: 'cloudwatch.amazonaws.com' },
  });
  const { StringEquals, ArnLike } = Condition as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  expect(StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
  expect(worded(ArnLike?.['aws:SourceArn'])).toBe(OUR_ALARMS);
}

describe('an alarm', () => {
  test('is one about reporting, or about the runs for a server', () => {
    const about = (whose: string) => alarms.filter(([name]) => name.startsWith(`pg-headroom-${whose}-`));
    expect([about('reporting').length, about('orders').length, alarms.length]).toEqual([6, 5, 11]);
  });

  test.each(alarms)('%s has a name that topic and key are open to', (name) => {
    expect(name).toMatch(/^pg-headroom-[a-z-]+$/);
  });

  test.each(alarms)('%s publishes to a topic whose policy lets our alarms in, over TLS', (_, [topic]) => {
    const [, policy] = resources(template, 'AWS::SNS::TopicPolicy').find(
      ([, { Properties }]) => JSON.stringify(Properties.Topics) === JSON.stringify([topic]),
    ) ?? ['', null];
    const statements = policy ? statementsOf(policy, 'PolicyDocument') : [];
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    const [allowed, ...more] = forAlarms(statements);
    expect(more).toEqual([]);
    expect(allowed).toMatchObject({ Action: 'sns:Publish', Resource: topic });
    if (allowed) expectOnlyOurAlarms(allowed);
  });

  test.each(alarms)('%s finds the topic under a key that our alarms may use', (_, [topic]) => {
    expect(topics.get(topic?.Ref ?? '')?.Properties.KmsMasterKeyId).toEqual({
      'Fn::GetAtt': [keyId, 'Arn'],
    });
    const [allowed, ...more] = forAlarms(statementsOf(key, 'KeyPolicy'));
    expect(more).toEqual([]);
    expect(allowed?.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
    if (allowed) expectOnlyOurAlarms(allowed);
  });
});

describe('the key', () => {
  test('is rotated, goes with its stack, and is for no other use', () => {
    expect(key).toMatchObject({ Properties: { EnableKeyRotation: true }, DeletionPolicy: 'Delete' });
    const principals = statementsOf(key, 'KeyPolicy').map(({ Principal: principal }) =>
      JSON.stringify(principal),
    );
    expect(principals).toEqual([
      expect.stringContaining(':root'),
      JSON.stringify({ Service: 'cloudwatch.amazonaws.com' }),
    ]);
  });

  test('is that of every topic', () => {
    expect(topics.size).toBe(2);
    for (const { Properties } of topics.values())
      expect(Properties.KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [keyId, 'Arn'] });
  });
});
