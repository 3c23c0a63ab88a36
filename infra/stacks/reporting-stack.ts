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
   * Who is told, as cdk.json declares it; in place of the properties for the same.
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
      description: 'pg-headroom: reports what the runs for all servers found and did',
      ...props,
    });
    const { servers = [], declared = {} } = props;
    this.reporting = new IncidentReporting(this, 'Reporting', {
      ...props,
      ...declaredReporting(this, declared),
    });
    new Dashboard(this, 'Dashboard', { reporting: this.reporting, servers });
    const { people, chat, records, memory, deadLetters, report } = this.reporting;
    // Whether or not a server imports it now: CloudFormation refuses to take an export back while the stack of the last
    // server that gave up its memory is yet to be updated.
    for (const value of [report.functionArn, memory.tableArn, memory.tableName]) this.exportValue(value);
    this.output(
      'PeopleTopicArn',
      people.topicArn,
      'Subscribe who is on call, and their tools, to this topic.',
    );
    if (chat !== undefined)
      this.output('ChatTopicArn', chat.topicArn, 'Subscribe Amazon Q Developer in chat applications to it.');
    this.output('RecordsBucketName', records.bucket.bucketName, 'Where records of runs are kept.');
    this.output(
      'RecordReadersPolicyArn',
      records.readers.managedPolicyArn,
      'Attach it to roles of who is on call.',
    );
    this.output('MemoryTableName', memory.tableName, 'What runs remember; "headroom pause" writes to it.');
    this.output('ReportFunctionName', report.functionName, 'Turns results of runs into messages.');
    this.output('DeadLettersUrl', deadLetters.queueUrl, 'Results of runs that nobody could be told of.');
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
