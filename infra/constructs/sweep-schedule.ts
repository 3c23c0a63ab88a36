import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  Schedule,
  ScheduleExpression,
  type ScheduleProps,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { parseSchedule } from '../../functions/core/declaration/schedule-text.ts';
import { HEARTBEAT_SOURCE } from '../../functions/core/trigger/trigger.ts';
import { scheduledRun, scheduleInvoker } from './schedule-invoker.ts';

export interface SweepScheduleProps {
  /** The server's name in messages and names. */
  readonly server: string;
  readonly sweep: ScheduleExpression | 'off';
  readonly remediate: lambda.IFunction;
}

/**
 * The maximum age of an event of a cron schedule, which may be the only one for long. The function itself drops older
 * events too.
 */
const CRON_EVENT_AGE = Duration.minutes(5);

/**
 * Invokes the function on a schedule. This is the retry for alarms, which act only when they change state. If scheduled
 * runs are off or may be rare, a daily event keeps the function active: Lambda makes a function in a VPC inactive after 14
 * days without calls, and the next call, in an incident, would fail.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { server, sweep, remediate }: SweepScheduleProps) {
    super(scope, id);
    const invoker = scheduleInvoker(this, 'Role', remediate);
    // Without policy updates, because the target would add `<arn>:*`: every version and alias of the function.
    const role = invoker.withoutPolicyUpdates();
    // A rate schedule starts at once, and a call that its role may not make yet is not retried.
    const add = (id: string, props: ScheduleProps) =>
      new Schedule(this, id, props).node.addDependency(invoker);
    const times = sweep === 'off' ? null : parseSchedule(sweep.expressionString);
    if (sweep !== 'off') {
      const age = times?.kind === 'rate' ? Duration.minutes(times.everyMinutes) : CRON_EVENT_AGE;
      add('Schedule', {
        scheduleName: `pg-headroom-${server}`,
        description: `Starts scheduled runs for the connection slots of PostgreSQL server ${server}.`,
        schedule: sweep,
        target: scheduledRun(remediate, role, age),
      });
    }
    if (times?.kind !== 'rate') {
      add('Heartbeat', {
        // Server names have no dot, so this cannot be the name of another server's schedule.
        scheduleName: `pg-headroom-${server}.heartbeat`,
        description: `Keeps the function of PostgreSQL server ${server} active.`,
        schedule: ScheduleExpression.rate(Duration.days(1)),
        target: heartbeatOf(remediate, role),
      });
    }
  }
}

/** The time of the daily event does not matter. */
function heartbeatOf(remediate: lambda.IFunction, role: iam.IRole): LambdaInvoke {
  return new LambdaInvoke(remediate, {
    role,
    input: ScheduleTargetInput.fromObject({ source: HEARTBEAT_SOURCE }),
    retryAttempts: 0,
    maxEventAge: Duration.hours(1),
  });
}
