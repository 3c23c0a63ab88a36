import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge.ts';
import { alarmNameOf } from './alarm-names.ts';
import { refusalDescription, refusalQuery } from './refusal-wording.ts';

export interface RefusalLogAlarmProps {
  /** What people call the server. */
  readonly server: string;
  /** The log group to which the server's log is exported. */
  readonly logGroup: logs.ILogGroup;
  /**
   * The server's stream, where several share the group.
   *
   * @default - every stream of the group
   */
  readonly logStream?: string;
  /** Invoked when a client was refused. */
  readonly remediate: lambda.IFunction;
}

/** Lines that come late are read by the next queries, each of which looks back this far. */
const LOOK_BACK_SECONDS = 180;

/** An alarm on a query that runs each minute: no metric to pay for, but it reads the log three times over. */
export class RefusalLogAlarm extends Construct {
  readonly alarm: cloudwatch.CfnLogAlarm;

  constructor(scope: Construct, id: string, props: RefusalLogAlarmProps) {
    super(scope, id);
    this.alarm = this.alarmOnAny(props, this.queryRole(props.logGroup));
    const { remediate } = props;
    new lambda.CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: remediate.functionArn,
      principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      sourceAccount: Stack.of(this).account,
      sourceArn: this.alarm.attrArn,
    });
  }

  private alarmOnAny(props: RefusalLogAlarmProps, role: iam.IRole): cloudwatch.CfnLogAlarm {
    const { server, logGroup, logStream, remediate } = props;
    const alarm = new cloudwatch.CfnLogAlarm(this, 'LogAlarm', {
      // Not the metric alarm's name: who changes the kind has both for a moment, and names are shared by all kinds.
      alarmName: alarmNameOf(server, 'refusals-in-log'),
      alarmDescription: refusalDescription(server, logGroup),
      alarmActions: [remediate.functionArn],
      scheduledQueryConfiguration: {
        queryString: refusalQuery(logStream),
        logGroupIdentifiers: [logGroup.logGroupName],
        aggregationExpression: 'count(*)',
        scheduleConfiguration: {
          scheduleExpression: 'rate(1 minute)',
          startTimeOffset: LOOK_BACK_SECONDS,
          endTimeOffset: 0,
        },
        scheduledQueryRoleArn: role.roleArn,
      },
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      queryResultsToEvaluate: 1,
      queryResultsToAlarm: 1,
      // As for the metric alarm: a query that could not run is no refusal.
      treatMissingData: 'notBreaching',
    });
    // The role's policy is a resource of its own, and a query that may not run yet fails the alarm's creation.
    alarm.node.addDependency(role);
    return alarm;
  }

  /** The one for fetching log lines is left out: lines go to e-mail only, and no alarm of ours has an e-mail action. */
  private queryRole(logGroup: logs.ILogGroup): iam.Role {
    const role = new iam.Role(this, 'QueryRole', {
      assumedBy: new iam.ServicePrincipal('logs.amazonaws.com'),
      description: 'Lets CloudWatch Logs run the query of an alarm',
    });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['logs:StartQuery'], resources: [logGroup.logGroupArn] }),
    );
    const unscoped = ['logs:StopQuery', 'logs:GetQueryResults', 'logs:DescribeLogGroups'];
    role.addToPolicy(new iam.PolicyStatement({ actions: unscoped, resources: ['*'] }));
    acknowledgeResource(
      role,
      '*',
      "A query's id is no resource to IAM, and log groups are described all or none.",
    );
    acknowledgeResource(
      role,
      logGroup.logGroupArn,
      'One log group, as CloudWatch Logs names it in permissions.',
    );
    return role;
  }
}
