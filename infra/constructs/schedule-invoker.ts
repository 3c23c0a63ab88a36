import { type Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { ContextAttribute, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { SCHEDULE_SOURCE } from '../../functions/core/trigger/trigger.ts';

/** The role as which Scheduler invokes one function, from schedules of this account and region. */
export function scheduleInvoker(scope: Construct, id: string, invoked: lambda.IFunction): iam.Role {
  const stack = Stack.of(scope);
  const group = stack.formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName: 'default',
  });
  const role = new iam.Role(scope, id, {
    // Scheduler names the schedule group as its source, never the schedule.
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
    }),
  });
  role.addToPolicy(
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
  );
  return role;
}

/** Short-lived and, mostly, without retries: the next scheduled run replaces a late one, and an outdated run must never act. */
export function scheduledRun(
  invoked: lambda.IFunction,
  role: iam.IRole,
  maxEventAge: Duration,
  retryAttempts = 0,
): LambdaInvoke {
  return new LambdaInvoke(invoked, {
    role,
    input: ScheduleTargetInput.fromObject({
      source: SCHEDULE_SOURCE,
      scheduledTime: ContextAttribute.scheduledTime,
      scheduleArn: ContextAttribute.scheduleArn,
    }),
    retryAttempts,
    maxEventAge,
  });
}
