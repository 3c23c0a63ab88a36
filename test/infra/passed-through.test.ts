import { type App, PermissionsBoundary, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { addStacks } from '../../infra/stacks/stacks.ts';
import { aServer, type Resource, withApp } from './synthesis.ts';

const servers = ['metric', 'subscription', 'log-alarm'].map((alarm) =>
  aServer({
    name: alarm,
    host: `${alarm}.example.com`,
    alarm,
    memoryAccess: { routeTableIds: ['rtb-0a1b2c3d'] },
  }),
);

/** Every resource of every stack, in an app that somebody has prepared. */
function resourcesIn(prepare: (app: App) => Construct): readonly Resource[] {
  return withApp((app, bundle) => {
    const scope = prepare(app);
    for (const stage of parseDeclaration({ servers })) addStacks(scope, stage, { bundle });
    const stacks = app.node.findAll().filter((each) => Stack.isStack(each));
    return stacks.flatMap((stack) => Object.values<Resource>(Template.fromStack(stack).toJSON().Resources));
  });
}

describe('a permissions boundary of the app', () => {
  test.each<readonly [of: string, prepare: (app: App) => Construct]>([
    [
      'cdk.json',
      (app) => {
        app.node.setContext('@aws-cdk/core:permissionsBoundary', { name: 'limits' });
        return app;
      },
    ],
    [
      'a stage',
      (app) => new Stage(app, 'Theirs', { permissionsBoundary: PermissionsBoundary.fromName('limits') }),
    ],
  ])('of %s is on every role', (_, prepare) => {
    const roles = resourcesIn(prepare).filter(({ Type }) => Type === 'AWS::IAM::Role');
    const bounded = roles.filter(({ Properties }) =>
      JSON.stringify(Properties.PermissionsBoundary ?? '').includes(':policy/limits'),
    );
    expect(roles.length).toBeGreaterThan(servers.length);
    expect(bounded).toEqual(roles);
  });
});

describe('tags of the app', () => {
  test('are on everything that costs money or holds data', () => {
    const all = resourcesIn((app) => {
      Tags.of(app).add('cost-centre', '4711');
      return app;
    });
    const tagged = all.filter(({ Properties }) => JSON.stringify(Properties.Tags ?? '').includes('4711'));
    expect([...new Set(tagged.map(({ Type }) => Type))].sort()).toEqual(
      expect.arrayContaining([
        'AWS::CloudWatch::Alarm',
        'AWS::CloudWatch::LogAlarm',
        'AWS::DynamoDB::Table',
        'AWS::EC2::VPCEndpoint',
        'AWS::IAM::Role',
        'AWS::KMS::Key',
        'AWS::Lambda::Function',
        'AWS::Logs::LogGroup',
        'AWS::S3::Bucket',
        'AWS::SNS::Topic',
        'AWS::SQS::Queue',
      ]),
    );
  });
});
