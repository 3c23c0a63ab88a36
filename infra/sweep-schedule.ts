import { type Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { SCHEDULE_SOURCE } from '../functions/core/trigger.ts';

export interface SweepScheduleProps {
  /** What people call the server. */
  readonly server: string;
  /** From one sweep to the next, a minute to a day. */
  readonly every: Duration;
  readonly remediate: lambda.IFunction;
}

/**
 * Runs the function again and again. It is the alarm's retry, since an alarm acts on its transition only, and it keeps
 * the function from going inactive, as Lambda lets functions in a VPC that are idle for 14 days.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { server, every, remediate }: SweepScheduleProps) {
    super(scope, id);
    new Schedule(this, 'Schedule', {
      scheduleName: `pg-headroom-${server}`,
      description: `Looks after the connection slots of PostgreSQL server ${server}.`,
      schedule: ScheduleExpression.rate(every),
      target: new LambdaInvoke(remediate, {
        role: this.invokerOf(remediate),
        input: ScheduleTargetInput.fromObject({
          source: SCHEDULE_SOURCE,
          scheduledTime: ContextAttribute.scheduledTime,
          scheduleArn: ContextAttribute.scheduleArn,
        }),
        // A sweep that is late is another sweep's work: a stale "terminate" must never run.
        retryAttempts: 0,
        maxEventAge: every,
      }),
    });
  }

  /** Fixed, because the target would add `<arn>:*`: each version and alias the function will ever have. */
  private invokerOf(remediate: lambda.IFunction): iam.IRole {
    const stack = Stack.of(this);
    const group = stack.formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: 'default',
    });
    const role = new iam.Role(this, 'Role', {
      // Scheduler names the group as its source, never the schedule.
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
      }),
    });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [remediate.functionArn] }),
    );
    return role.withoutPolicyUpdates();
  }
}
