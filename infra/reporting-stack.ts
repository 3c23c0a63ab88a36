import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IncidentReporting, type IncidentReportingProps } from './incident-reporting.ts';

export interface ReportingStackProps extends StackProps, IncidentReportingProps {}

/** Once per account and region. */
export class ReportingStack extends Stack {
  readonly reporting: IncidentReporting;

  constructor(scope: Construct, id: string, props: ReportingStackProps = {}) {
    super(scope, id, {
      description: 'pg-headroom: reports what the runs for all servers found and did',
      ...props,
    });
    this.reporting = new IncidentReporting(this, 'Reporting', props);
    new CfnOutput(this, 'PeopleTopicArn', {
      value: this.reporting.people.topicArn,
      description: 'Subscribe the people and tools that are on call to this topic.',
    });
  }
}
