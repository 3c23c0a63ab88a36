import { describe, expect, test } from 'vitest';
import { idleReason } from '../../functions/core/trigger/trigger.ts';
import { parseTrigger } from '../../functions/events/parse-trigger.ts';
import { aServer, resources, statements, synthesize, theOnly } from './synthesis.ts';

const named = (name: string, fields: object) => aServer({ name, host: `${name}.example.com`, ...fields });
const { servers } = synthesize([
  aServer(),
  named('seldom', { schedule: 'rate(2 hours)' }),
  named('office', { schedule: 'cron(0/5 8-18 ? * MON-FRI *)', timeZone: 'Europe/Berlin' }),
  named('still', { schedule: 'off' }),
]);

type Target = Readonly<Record<string, unknown>> & { readonly Input: string };
const scheduleOf = (id: string) => {
  const [, { Properties }] = theOnly(servers, 'AWS::Scheduler::Schedule', id);
  return { ...Properties, Target: Properties.Target as Target };
};
const orders = scheduleOf('ordersRemediationSweepSchedule');
const [functionId] = theOnly(servers, 'AWS::Lambda::Function', 'orders');
const functionArn = { 'Fn::GetAtt': [functionId, 'Arn'] };

describe('the schedule', () => {
  test('has the declared period, and drops what is older than one', () => {
    expect(orders).toMatchObject({
      Name: 'pg-headroom-orders',
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 } },
    });
    expect(scheduleOf('seldom')).toMatchObject({
      ScheduleExpression: 'rate(2 hours)',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 7200 } },
    });
  });

  test('may follow the clock of a time zone, and then drops what is stale', () => {
    expect(scheduleOf('officeRemediationSweepSchedule')).toMatchObject({
      Name: 'pg-headroom-office',
      ScheduleExpression: 'cron(0/5 8-18 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 } },
    });
  });

  test('sends an event that the function understands, once Scheduler has filled in its keywords', () => {
    const arn = 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/pg-headroom-orders';
    const input = orders.Target.Input.replace(
      '<aws.scheduler.scheduled-time>',
      '2026-11-21T03:15:00Z',
    ).replace('<aws.scheduler.schedule-arn>', arn);
    expect(input).not.toContain('<aws.');
    expect(parseTrigger(JSON.parse(input))).toEqual({
      kind: 'schedule',
      at: '2026-11-21T03:15:00.000Z',
      id: `${arn} 2026-11-21T03:15:00.000Z`,
    });
  });

  test('invokes exactly the function of its server, in a role that only Scheduler here can take', () => {
    const [roleId, role] = theOnly(servers, 'AWS::IAM::Role', 'ordersRemediationSweep');
    expect(orders.Target).toMatchObject({ Arn: functionArn, RoleArn: { 'Fn::GetAtt': [roleId, 'Arn'] } });
    expect(statements(servers, 'ordersRemediationSweep')).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArn },
    ]);
    const trust = JSON.stringify(role.Properties.AssumeRolePolicyDocument);
    expect(trust).toContain('"Service":"scheduler.amazonaws.com"');
    expect(trust).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
    expect(trust).toContain(':schedule-group/default');
  });

  test.each([
    ['a sweep', 'ordersRemediationSweep'],
    ['a heartbeat', 'stillRemediationSweep'],
  ])('begins when its role may invoke: %s', (_, prefix) => {
    const [, schedule] = theOnly(servers, 'AWS::Scheduler::Schedule', prefix);
    const [policyId] = theOnly(servers, 'AWS::IAM::Policy', prefix);
    expect(schedule.DependsOn).toContain(policyId);
  });
});

describe('the heartbeat', () => {
  test.each([
    ['orders', 'five minutes'],
    ['seldom', 'two hours'],
  ])('is not there where sweeps are: %s, every %s', (server) => {
    expect(resources(servers, 'AWS::Scheduler::Schedule', `${server}RemediationSweepHeartbeat`)).toEqual([]);
  });

  test.each([
    ['still', 'off'],
    ['office', 'by the clock, which may be rare'],
  ])('is daily where sweeps are not: %s, %s', (server) => {
    expect(scheduleOf(`${server}RemediationSweepHeartbeat`)).toMatchObject({
      Name: `pg-headroom-${server}.heartbeat`,
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
  });

  test('is all that is left of a schedule that is off', () => {
    expect(resources(servers, 'AWS::Scheduler::Schedule', 'still')).toHaveLength(1);
  });

  test('asks for nothing', () => {
    const trigger = parseTrigger(JSON.parse(scheduleOf('still').Target.Input));
    expect(idleReason(trigger, Date.now())).toMatchObject({ outcome: 'muted' });
  });
});
