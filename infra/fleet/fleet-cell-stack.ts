import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { builtBundle } from '../constructs/bundled-function.ts';
import { scheduledRun, scheduleInvoker } from '../constructs/schedule-invoker.ts';
import { CellAlarms } from './cell-alarms.ts';
import { CellFunctions } from './cell-functions.ts';
import { CellOperators } from './cell-operators.ts';
import { CellReport } from './cell-report.ts';
import { optionalParameter } from './fleet-parameters.ts';
import { type FleetStackProps, PERIOD_MINUTES } from './fleet-stack-props.ts';
import { FleetTables } from './fleet-tables.ts';

/**
 * A cell: everything for the databases of one account and region that knows no network. Service-managed StackSets deploy it
 * into accounts that join, with nothing but the parameters of the StackSet.
 */
export class FleetCellStack extends Stack {
  constructor(scope: Construct, id: string, { bundleAt = builtBundle, ...props }: FleetStackProps = {}) {
    super(scope, id, {
      description:
        'pg-headroom: a cell, which finds the databases that joined by a tag and has them looked after',
      ...props,
    });
    const tables = new FleetTables(this, 'Tables');
    const bus = optionalParameter(this, 'EventBusArn', "The organisation's event bus, or empty.");
    const { report, people, records } = new CellReport(this, 'Report', { tables, bus, bundleAt });
    const { dispatch } = new CellFunctions(this, 'Cell', { bus, bundleAt });
    this.schedule(dispatch);
    new CellAlarms(this, 'Alarms', { dispatch, topic: people });
    const { operators, stop } = new CellOperators(this, 'Operators', { report });
    this.output('PeopleTopicArn', people.topicArn, 'Subscribe on-call tools to this topic.');
    this.output('RecordsBucketName', records.bucket.bucketName, 'The bucket with the records of runs.');
    this.output('RecordReadersPolicyArn', records.readers.managedPolicyArn, 'For people who read records.');
    this.output('OperatorsPolicyArn', operators.managedPolicyArn, 'For people who pause, resume and stop.');
    this.output('StopPolicyArn', stop.managedPolicyArn, 'What "headroom fleet stop" attaches.');
  }

  private schedule(dispatch: lambda.IFunction): void {
    const period = Duration.minutes(PERIOD_MINUTES);
    const invoker = scheduleInvoker(this, 'ScheduleRole', dispatch);
    const schedule = new Schedule(this, 'Schedule', {
      // Names of servers have no dot, so that this is not the schedule of a declared server.
      scheduleName: 'pg-headroom.fleet',
      description: 'Has the databases of this cell looked after, once a period.',
      schedule: ScheduleExpression.rate(period),
      target: scheduledRun(dispatch, invoker.withoutPolicyUpdates(), period),
    });
    // A rate schedule starts at once, and a call that its role may not make yet is not retried.
    schedule.node.addDependency(invoker);
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
