import { Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ReportingDeclaration } from '../../functions/core/declaration/server-declaration.ts';
import type { IncidentReportingProps } from '../constructs/incident-reporting.ts';
import { omitUndefined } from '../constructs/omit-undefined.ts';

type DeclaredTopic = NonNullable<ReportingDeclaration['people']>;

/** The declared reporting in the form that the construct takes. Existing topics are imported by their ARN. */
export function declaredReporting(scope: Construct, declared: ReportingDeclaration): IncidentReportingProps {
  const { people, emails, chat, keepRecordsDays } = declared;
  return omitUndefined({
    people: people && importedTopic(scope, 'DeclaredPeople', people),
    emails,
    chat: chat === undefined || chat === 'own' ? chat : importedTopic(scope, 'DeclaredChat', chat),
    keepRecordsFor: keepRecordsDays === undefined ? undefined : Duration.days(keepRecordsDays),
  });
}

function importedTopic(scope: Construct, id: string, { topicArn, keyArn }: DeclaredTopic): sns.ITopic {
  return sns.Topic.fromTopicAttributes(scope, id, { topicArn, ...omitUndefined({ keyArn }) });
}
