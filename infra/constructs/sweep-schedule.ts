import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  type ScheduleProps,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { parseSchedule } from '../../functions/core/declaration/schedule-text.ts';
import { HEARTBEAT_SOURCE, SCHEDULE_SOURCE } from '../../functions/core/trigger/trigger.ts';

export interface SweepScheduleProps {
  /** What people call the server. */
  readonly server: string;
  readonly sweep: ScheduleExpression | 'off';
  readonly remediate: lambda.IFunction;
}

/** A sweep by the clock is not known to be one of many; an event of this age is stale to the function as well. */
const CRON_EVENT_AGE = Duration.minutes(5);

/**
 * Runs the function again and again. It is the alarm's retry, since an alarm acts on its transition only. Where sweeps are
 * off, or may be rare, a daily event keeps the function from going inactive, as Lambda lets functions in a VPC that are
 * idle for 14 days: their next call, which then is the incident itself, would fail.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { server, sweep, remediate }: SweepScheduleProps) {
    super(scope, id);
    const invoker = this.invokerOf(remediate);
    // Fixed, because the target would add `<arn>:*`: each version and alias the function will ever have.
    const role = invoker.withoutPolicyUpdates();
    // By rate a schedule begins at once, and what its role may not do yet is not tried again.
    const add = (id: string, props: ScheduleProps) =>
      new Schedule(this, id, props).node.addDependency(invoker);
    const times = sweep === 'off' ? null : parseSchedule(sweep.expressionString);
    if (sweep !== 'off') {
      const age = times?.kind === 'rate' ? Duration.minutes(times.everyMinutes) : CRON_EVENT_AGE;
      add('Schedule', {
        scheduleName: `pg-headroom-${server}`,
        description: `Looks after the connection slots of PostgreSQL server ${server}.`,
        schedule: sweep,
        target: sweepOf(remediate, role, age),
      });
    }
    if (times?.kind !== 'rate') {
      add('Heartbeat', {
        // No server's name has a dot, so that this is no other server's sweep.
        scheduleName: `pg-headroom-${server}.heartbeat`,
        description: `Keeps the function of PostgreSQL server ${server} from going inactive.`,
        schedule: ScheduleExpression.rate(Duration.days(1)),
        target: heartbeatOf(remediate, role),
      });
    }
  }

  private invokerOf(remediate: lambda.IFunction): iam.Role {
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
    return role;
  }
}

/** A sweep that is late is another sweep's work: a stale "terminate" must never run. */
function sweepOf(remediate: lambda.IFunction, role: iam.IRole, maxEventAge: Duration): LambdaInvoke {
  return new LambdaInvoke(remediate, {
    role,
    input: ScheduleTargetInput.fromObject({
      source: SCHEDULE_SOURCE,
      scheduledTime: ContextAttribute.scheduledTime,
      scheduleArn: ContextAttribute.scheduleArn,
    }),
    retryAttempts: 0,
    maxEventAge,
  });
}

/** Only that it comes matters, not when. */
function heartbeatOf(remediate: lambda.IFunction, role: iam.IRole): LambdaInvoke {
  return new LambdaInvoke(remediate, {
    role,
    input: ScheduleTargetInput.fromObject({ source: HEARTBEAT_SOURCE }),
    retryAttempts: 0,
    maxEventAge: Duration.hours(1),
  });
}
