import { type App, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { parseDeclaration } from '../../infra/stacks/declaration.ts';
import { addStacks } from '../../infra/stacks/stacks.ts';
import { aServer, withApp } from './synthesis.ts';

/** cdk-nag's AwsSolutions on everything that can be declared. */

const rolesOwn = { secretArn: undefined, user: 'headroom', resourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ' };
const host = (name: string) => ({ name, host: `${name}.example.com` });
const servers = [
  aServer({ ...host('by-metric'), metrics: 'all' }),
  aServer({ ...host('by-lines'), alarm: 'subscription', schedule: 'cron(0 3 * * ? *)', tracing: true }),
  aServer({
    ...host('by-query'),
    ...rolesOwn,
    alarm: 'log-alarm',
    memoryAccess: { routeTableIds: ['rtb-0a1b2c3d4e5f60718'] },
  }),
  aServer({
    ...host('by-topic'),
    alarm: 'none',
    logGroup: undefined,
    schedule: 'off',
    alarmTopicArns: ['arn:aws:sns:eu-west-1:111122223333:theirs'],
  }),
].map((server) => ({ ...server, name: String(server.name), stack: 0 }));
const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:receiver-AbCdEf';
const reporting = {
  chat: 'own',
  emails: ['on-call@example.com'],
  pagerDuty: { secretArn },
  opsgenie: { secretArn },
  teams: { secretArn },
  webhook: { secretArn, url: 'https://hooks.example.com/headroom' },
};

function checked<T>(use: (app: App) => T): T {
  return withApp((app, bundle) => {
    for (const stage of parseDeclaration({ servers, reporting })) addStacks(app, stage, { bundle });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    return use(app);
  });
}

test('finds nothing that is not acknowledged', () => {
  checked((app) => {
    expect(() => app.synth()).not.toThrow();
  });
});

test('would find a bucket that is like any other', () => {
  checked((app) => {
    const stack = app.node.findChild('pg-headroom-reporting');
    new Bucket(stack, 'Another');
    expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
  });
});

test('what is acknowledged is this, each with its reason', () => {
  const acknowledged = checked((app) =>
    app.node.findAll().flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>))
        .flatMap(([rule, reason]) => {
          const [, ours] = /AwsSolutions-(.+)$/.exec(rule) ?? [];
          return ours === undefined ? [] : [{ where: `${node.path} ${ours}`, reason }];
        }),
    ),
  );
  const records = 'IAM5[Resource::<ReportingRecordsBucket60D45362.Arn>/records/*]';
  const indexes = records.replace('records', 'index');
  const log =
    'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/rds/instance/orders/postgresql:*';
  expect(acknowledged.map(({ where }) => where).toSorted()).toEqual(
    [
      'pg-headroom-reporting/Reporting/Records/Bucket S1',
      `pg-headroom-reporting/Reporting/Records/Readers ${records}`,
      'pg-headroom-reporting/Reporting/DeadLetters/Queue SQS3',
      'pg-headroom-reporting/Reporting/Operators/Policy IAM5[Resource::arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:pg-headroom-*]',
      `pg-headroom-reporting/Reporting/Report/Role ${records}`,
      `pg-headroom-reporting/Reporting/Report/Role ${indexes}`,
      `pg-headroom-reporting/Reporting/Records/Readers ${indexes}`,
      'pg-headroom-reporting/Reporting/Report/Role IAM5[Action::kms:GenerateDataKey*]',
      'pg-headroom-reporting/Reporting/Report/Role IAM5[Resource::*]',
      ...servers.map(
        ({ name }) => `pg-headroom-servers-0/${name}/Remediation/Remediate/Role IAM5[Resource::*]`,
      ),
      'pg-headroom-servers-0/by-query/Remediation/Refusals/QueryRole IAM5[Resource::*]',
      `pg-headroom-servers-0/by-query/Remediation/Refusals/QueryRole IAM5[Resource::${log}]`,
    ].toSorted(),
  );
  for (const { reason } of acknowledged) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
});
