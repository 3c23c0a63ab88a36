import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ReportingDeclaration } from '../../functions/core/declaration/server-declaration.ts';
import { Dashboard, type DashboardProps } from '../constructs/dashboard.ts';
import { IncidentReporting, type IncidentReportingProps } from '../constructs/incident-reporting.ts';
import { declaredReporting } from './declared-reporting.ts';

export interface ReportingStackProps
  extends StackProps,
    IncidentReportingProps,
    Pick<DashboardProps, 'servers'> {
  /**
   * The reporting as cdk.json declares it, in place of the properties with the same meaning.
   *
   * @default - nothing is declared
   */
  readonly declared?: ReportingDeclaration;
}

/** Once per account and region. */
export class ReportingStack extends Stack {
  readonly reporting: IncidentReporting;

  constructor(scope: Construct, id: string, props: ReportingStackProps = {}) {
    super(scope, id, {
      description: 'pg-headroom: sends messages about the runs for all servers, and keeps their records',
      ...props,
    });
    const { servers = [], declared = {} } = props;
    this.reporting = new IncidentReporting(this, 'Reporting', {
      ...props,
      ...declaredReporting(this, declared),
    });
    new Dashboard(this, 'Dashboard', { reporting: this.reporting, servers });
    const { people, chat, records, memory, deadLetters, report, operators } = this.reporting;
    // Exported even if no server imports it now. CloudFormation does not remove an export while a stack still imports it,
    // and the stack of the last server that gave up its memory is updated only later.
    for (const value of [report.functionArn, memory.tableArn, memory.tableName]) this.exportValue(value);
    this.output('PeopleTopicArn', people.topicArn, 'Subscribe on-call people and their tools to this topic.');
    if (chat !== undefined)
      this.output('ChatTopicArn', chat.topicArn, 'Subscribe Amazon Q Developer in chat applications to it.');
    this.output('RecordsBucketName', records.bucket.bucketName, 'The bucket with the records of runs.');
    this.output(
      'RecordReadersPolicyArn',
      records.readers.managedPolicyArn,
      'Attach it to the roles of on-call people, so that they can read records and memory.',
    );
    this.output(
      'OperatorsPolicyArn',
      operators.managedPolicyArn,
      'Attach it to the roles of people who may pause and resume runs.',
    );
    this.output('MemoryTableName', memory.tableName, 'What runs remember; "headroom pause" writes to it.');
    this.output('ReportFunctionName', report.functionName, 'Turns results of runs into messages.');
    this.output(
      'DeadLettersUrl',
      deadLetters.queueUrl,
      'Results of runs for which no message could be sent.',
    );
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
