import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IncidentReporting, type IncidentReportingProps } from '../../infra/constructs/incident-reporting.ts';
import { ReportingStack, type ReportingStackProps } from '../../infra/stacks/reporting-stack.ts';
import { withApp } from './synthesis.ts';

/** The reporting's own stack. */
export function reportingStack(props: ReportingStackProps = {}): Template {
  return withApp((app, bundle) =>
    Template.fromStack(new ReportingStack(app, 'Reporting', { bundle, ...props })),
  );
}

/** The construct in somebody else's stack, where its properties may be imported. */
export function reportingElsewhere(propsIn: (stack: Stack) => IncidentReportingProps): Template {
  return withApp((app, bundle) => {
    const stack = new Stack(app, 'Elsewhere');
    new IncidentReporting(stack, 'Reporting', { bundle, ...propsIn(stack) });
    return Template.fromStack(stack);
  });
}
