import { Duration, Fn, RemovalPolicy, type Stack, TimeZone, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { parseRemediateConfig } from '../../functions/config/config.ts';
import { problemsOf } from './problems.ts';
import { remediation, withStack } from './somebody-elses.ts';
import { aServer, theOnly } from './synthesis.ts';

const functionIn = (stack: Stack) =>
  theOnly(Template.fromStack(stack), 'AWS::Lambda::Function', 'Remediation')[1].Properties;

describe('the constructs in another app', () => {
  test('need only what has no default, and observe every five minutes', () => {
    withStack((place) => {
      remediation(place);
      const template = Template.fromStack(place.stack);
      const [, schedule] = theOnly(template, 'AWS::Scheduler::Schedule');
      expect(schedule.Properties.ScheduleExpression).toBe('rate(5 minutes)');
      const [, { Properties }] = theOnly(template, 'AWS::Lambda::Function', 'Remediation');
      expect(Properties).toMatchObject({ Environment: { Variables: { HEADROOM_POLICY: '{}' } } });
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    });
  });

  test.each([
    ['the account', {}, undefined],
    ['a subscription', { alarm: 'subscription' as const }, 1],
    ['the declaration', { reservedConcurrency: 3 }, 3],
    ['both', { alarm: 'subscription' as const, reservedConcurrency: 1 }, 1],
  ])('have the concurrency of %s', (_, overrides, expected) => {
    withStack((place) => {
      const { remediate } = remediation(place, overrides);
      expect(remediate.node.defaultChild).toHaveProperty('reservedConcurrentExecutions', expected);
    });
  });

  test('trace when asked to, keep the log for as long, and take it along', () => {
    withStack((place) => {
      remediation(place, {
        tracing: true,
        logRetention: RetentionDays.ONE_WEEK,
        logRemovalPolicy: RemovalPolicy.DESTROY,
      });
      expect(functionIn(place.stack).TracingConfig).toEqual({ Mode: 'Active' });
      const [, log] = theOnly(Template.fromStack(place.stack), 'AWS::Logs::LogGroup', 'Remediation');
      expect(log).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 7 } });
    });
  });

  test('take what is known only when deployed', () => {
    withStack((place) => {
      const secret: ISecret = new Secret(place.stack, 'Own') as ISecret;
      const host = Fn.importValue('orders-host');
      remediation(place, { secret, host, port: Token.asNumber(Fn.importValue('orders-port')) });
      const { Variables } = functionIn(place.stack).Environment as { readonly Variables: object };
      expect(Variables).toMatchObject({
        HEADROOM_HOST: { 'Fn::ImportValue': 'orders-host' },
        HEADROOM_PORT: { 'Fn::ImportValue': 'orders-port' },
        HEADROOM_SECRET: { Ref: expect.stringMatching(/^Own/) },
      });
      const [, declared] = theOnly(Template.fromStack(place.stack), 'AWS::SSM::Parameter');
      expect(declared.Properties.Name).toEqual({
        'Fn::Join': ['', ['/pg-headroom/declared/', { 'Fn::ImportValue': 'orders-host' }]],
      });
    });
  });

  test('have a function whose own parser takes its variables, whatever is given', () => {
    withStack((place) => {
      remediation(place, {
        database: 'maintenance',
        alarm: 'subscription',
        logStream: 'orders-1',
        metrics: 'none',
        statements: 'off',
        memory: undefined,
      });
      const { Variables } = functionIn(place.stack).Environment as { readonly Variables: object };
      expect(parseRemediateConfig({ ...Variables })).toMatchObject({
        server: 'orders',
        logStream: 'orders-1',
        metrics: 'none',
        target: { statements: 'off' },
        login: { secret: aServer().secretArn },
      });
    });
  });
});

describe('properties of the construct', () => {
  test('are refused with all their problems at once, policy and login among them', () => {
    withStack((place) => {
      const problems = problemsOf(() =>
        remediation(place, {
          server: 'Orders',
          host: 'orders.cluster-abcdefghijkl.eu-west-1.rds.amazonaws.com',
          port: 0,
          user: '*',
          logStream: 'orders-1',
          sweep: ScheduleExpression.rate(Duration.days(2)),
          reservedConcurrency: 0,
          // As from a file: types find what is written in TypeScript.
          policy: JSON.parse('{ "relieve": { "when": { "usedPercnt": 95 } } }'),
        }),
      );
      expect(problems.map((line) => line.split(':')[0])).toEqual([
        'server',
        'host',
        'port',
        'user',
        'sweep',
        'reservedConcurrency',
        'secret',
        'resourceId',
        'alarm',
        'policy.relieve.when.usedPercnt',
        'policy.relieve.when',
      ]);
    });
  });

  test.each([
    ['by name', (stack: Stack) => Secret.fromSecretNameV2(stack, 'Partial', 'orders')],
    [
      'by an ARN that may or may not be complete',
      (stack: Stack) => Secret.fromSecretPartialArn(stack, 'Partial', String(aServer().secretArn)),
    ],
  ])('are refused for a secret imported %s: its permission would be a wildcard or nothing', (_, secretIn) => {
    withStack((place) => {
      expect(problemsOf(() => remediation(place, { secret: secretIn(place.stack) }))).toEqual([
        expect.stringMatching(/^secret: found .*, imported with Secret\.fromSecretCompleteArn$/),
      ]);
    });
  });

  test('are refused for a sweep that never recurs, and for a zone that there is not', () => {
    withStack((place) => {
      const at = ScheduleExpression.at(new Date('2026-11-21T03:15:00Z'));
      expect(problemsOf(() => remediation(place, { sweep: at }))).toEqual([
        expect.stringMatching(/^sweep: found "at\(/),
      ]);
      const nowhere = ScheduleExpression.expression('cron(0 8 * * ? *)', TimeZone.of('Europe/Bonn'));
      expect(problemsOf(() => remediation(place, { sweep: nowhere }, 'Second'))).toEqual([
        expect.stringMatching(/^sweep: found "Europe\/Bonn", expected a time zone/),
      ]);
    });
  });

  test('are refused for an alarm without a log group', () => {
    withStack((place) => {
      expect(problemsOf(() => remediation(place, { logGroup: undefined }))).toEqual([
        expect.stringMatching(/^logGroup: missing, expected the server's log group beside/),
      ]);
    });
  });

  test("are refused for a metric on the log group that a cluster's instances share", () => {
    withStack((place) => {
      const logGroup = LogGroup.fromLogGroupName(place.stack, 'Shared', '/aws/rds/cluster/shop/postgresql');
      expect(problemsOf(() => remediation(place, { logGroup }))).toEqual([
        expect.stringMatching(/^alarm: found "metric", expected "subscription"/),
      ]);
    });
  });

  test('are refused for a topic that makes the function run and gets what comes of it', () => {
    withStack((place) => {
      const [alarms, people] = ['Alarms', 'People'].map((id) => new Topic(place.stack, id));
      const outputTopics = people === undefined ? [] : [people];
      const alarmTopics = [alarms, people].filter((topic) => topic !== undefined);
      expect(problemsOf(() => remediation(place, { alarmTopics, outputTopics }))).toEqual([
        expect.stringMatching(/^alarmTopics\[1\]: .* expected a topic that report does not publish to/),
      ]);
    });
  });

  test('show no password that was typed into them', () => {
    withStack((place) => {
      const host = 'postgres://app:hunter2@orders.example.com';
      expect(problemsOf(() => remediation(place, { host })).join()).toMatch(
        /^host: found "postgres:\/\/\.\.\.@/,
      );
    });
  });

  test('name a bundle that must be there', () => {
    withStack((place) => {
      expect(() => remediation(place, { bundle: 'no/such/folder' })).toThrow(
        'found no index.mjs in no/such/folder. Run "npm run build" first.',
      );
    });
  });
});
