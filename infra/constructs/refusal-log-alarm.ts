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
  /** The server's name in messages and names. */
  readonly server: string;
  /** The log group to which the server's log is exported. */
  readonly logGroup: logs.ILogGroup;
  /**
   * The server's stream, for a log group that several servers share.
   *
   * @default - every stream of the group
   */
  readonly logStream?: string;
  /** Invoked when the server refused a client. */
  readonly remediate: lambda.IFunction;
}

/** Each query looks back this far, so that lines which arrive late are read by a later query. */
const LOOK_BACK_SECONDS = 180;

/** An alarm on a log query that runs each minute. It needs no paid metric, but reads the log three times over. */
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
      // Differs from the metric alarm's name, because both exist for a moment when the kind is changed.
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
      // A query that could not run is no refusal.
      treatMissingData: 'notBreaching',
    });
    // The role's policy is a resource of its own, and the alarm cannot be created before its query may run.
    alarm.node.addDependency(role);
    return alarm;
  }

  /**
   * The second role, for fetching log lines, is left out. Lines are sent by e-mail only, and no alarm of ours has an e-mail
   * action.
   */
  private queryRole(logGroup: logs.ILogGroup): iam.Role {
    const role = new iam.Role(this, 'QueryRole', {
      assumedBy: queriesOfThisAccount(Stack.of(this)),
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
      'IAM has no resource for a single query, and describing log groups cannot be limited to one group.',
    );
    acknowledgeResource(
      role,
      logGroup.logGroupArn,
      'This is one log group, in the form that permissions of CloudWatch Logs need.',
    );
    return role;
  }
}

/**
 * CloudWatch Logs, for this account and region only. The query that the alarm makes gets an id of its own, so that its ARN is
 * not known here.
 */
function queriesOfThisAccount(stack: Stack): iam.ServicePrincipal {
  return new iam.ServicePrincipal('logs.amazonaws.com', {
    conditions: {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'logs', resource: '*' }) },
    },
  });
}
