import { Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ReportingDeclaration } from '../../functions/core/declaration/server-declaration.ts';
import type { IncidentReportingProps } from '../constructs/incident-reporting.ts';
import { omitUndefined } from '../constructs/omit-undefined.ts';
import type { Receivers } from '../constructs/receivers.ts';
import { importedSecret } from './imported-secret.ts';

type DeclaredTopic = NonNullable<ReportingDeclaration['people']>;

/** The declared reporting in the form that the construct takes. Existing topics are imported by their ARN. */
export function declaredReporting(scope: Construct, declared: ReportingDeclaration): IncidentReportingProps {
  const { people, emails, chat, keepRecordsDays } = declared;
  return omitUndefined({
    people: people && importedTopic(scope, 'DeclaredPeople', people),
    emails,
    chat: chat === undefined || chat === 'own' ? chat : importedTopic(scope, 'DeclaredChat', chat),
    ...receiversIn(scope, declared),
    keepRecordsFor: keepRecordsDays === undefined ? undefined : Duration.days(keepRecordsDays),
  });
}

function receiversIn(
  scope: Construct,
  { pagerDuty, opsgenie, teams, webhook }: ReportingDeclaration,
): Receivers {
  return omitUndefined({
    pagerDuty: pagerDuty && {
      ...secretOf(scope, 'PagerDuty', pagerDuty),
      ...omitUndefined({ site: pagerDuty.site, alertFrom: pagerDuty.alertFrom }),
    },
    opsgenie: opsgenie && {
      ...secretOf(scope, 'Opsgenie', opsgenie),
      ...omitUndefined({ site: opsgenie.site, alertFrom: opsgenie.alertFrom }),
    },
    teams: teams && secretOf(scope, 'Teams', teams),
    webhook: webhook && { ...secretOf(scope, 'Webhook', webhook), url: webhook.url },
  });
}

type DeclaredSecret = { readonly secretArn: string; readonly secretKeyArn?: string | undefined };

function secretOf(scope: Construct, id: string, { secretArn, secretKeyArn }: DeclaredSecret) {
  return { secret: importedSecret(scope, `${id}Secret`, secretArn, secretKeyArn) };
}

function importedTopic(scope: Construct, id: string, { topicArn, keyArn }: DeclaredTopic): sns.ITopic {
  return sns.Topic.fromTopicAttributes(scope, id, { topicArn, ...omitUndefined({ keyArn }) });
}
