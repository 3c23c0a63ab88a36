import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { REPORT_ENV } from '../../functions/contract.ts';
import { receiversOf } from '../../functions/core/declaration/receiver-declaration.ts';
import { bySecret } from './server-login.ts';

/** A receiver of messages beyond AWS. */
export interface ReceiverProps {
  /**
   * The secret with the receiver's key, as plain text. Import it by its complete ARN, and with its key if it has one of its
   * own.
   */
  readonly secret: secretsmanager.ISecret;
}

export interface PagerDutyProps extends ReceiverProps {
  /**
   * Where the account is.
   *
   * @default us
   */
  readonly site?: 'us' | 'eu';
  /**
   * The lowest severity that opens an alert.
   *
   * @default critical
   */
  readonly alertFrom?: 'critical' | 'warning';
}

export interface OpsgenieProps extends ReceiverProps {
  /**
   * Where the account is, or `jira` for Jira Service Management, which has the same interface.
   *
   * @default us
   */
  readonly site?: 'us' | 'eu' | 'jira';
  /**
   * The lowest severity that opens an alert.
   *
   * @default critical
   */
  readonly alertFrom?: 'critical' | 'warning';
}

export interface WebhookProps extends ReceiverProps {
  /** The address that gets the messages. It begins with https:// and holds no password. */
  readonly url: string;
}

/** Receivers beyond AWS, to which `report` sends over HTTPS. */
export interface Receivers {
  /**
   * PagerDuty, by its Events API v2. The secret is the integration key.
   *
   * @default - none
   */
  readonly pagerDuty?: PagerDutyProps;
  /**
   * Opsgenie or Jira Service Management. The secret is the key of an API integration.
   *
   * @default - none
   */
  readonly opsgenie?: OpsgenieProps;
  /**
   * Microsoft Teams, by a workflow. The secret is the address of the workflow.
   *
   * @default - none
   */
  readonly teams?: ReceiverProps;
  /**
   * A webhook, signed as Standard Webhooks describes it. The secret is `whsec_` and 24 to 64 random bytes in base64.
   *
   * @default - none
   */
  readonly webhook?: WebhookProps;
}

/** The environment and the rights that `report` needs for its receivers. */
export function receiversAccess(
  scope: Construct,
  { pagerDuty, opsgenie, teams, webhook }: Receivers,
): {
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly iam.PolicyStatement[];
} {
  const given = [pagerDuty, opsgenie, teams, webhook].filter((each) => each !== undefined);
  if (given.length === 0) return { environment: {}, statements: [] };
  const receivers = receiversOf({
    pagerDuty: pagerDuty && { ...pagerDuty, ...arnOf(pagerDuty) },
    opsgenie: opsgenie && { ...opsgenie, ...arnOf(opsgenie) },
    teams: teams && arnOf(teams),
    webhook: webhook && { url: webhook.url, ...arnOf(webhook) },
  });
  return {
    environment: { [REPORT_ENV.receivers]: JSON.stringify(receivers) },
    statements: given.flatMap(({ secret }) => bySecret(scope, secret)),
  };
}

function arnOf({ secret: { secretArn, secretFullArn = secretArn } }: ReceiverProps): {
  readonly secretArn: string;
} {
  return { secretArn: secretFullArn };
}
