import { ArnFormat, CfnParameter, type CfnResource, CfnRule, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  FLEET_ENV,
  FLEET_RECEIVER_ENV,
  RECEIVER_KINDS,
  RECEIVER_SITES,
  type ReceiverKind,
} from '../../functions/contract.ts';
import { type OptionalParameter, optionalParameter } from './fleet-parameters.ts';

/** The names of the parameters. */
const PARAMETERS: Readonly<Record<ReceiverKind, string>> = {
  pagerDuty: 'PagerDutySecret',
  opsgenie: 'OpsgenieSecret',
  teams: 'TeamsSecret',
  webhook: 'WebhookSecret',
};

/** Those of them that wake a person. */
const PAGERS: readonly ReceiverKind[] = ['pagerDuty', 'opsgenie'];

/**
 * Receivers beyond AWS of a cell, or those of these kinds. Their keys are in secrets of the account, named alike in all accounts, because a StackSet
 * gives each the same parameters.
 */
export class CellReceivers extends Construct {
  /** What `report` has to know. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly secrets: readonly OptionalParameter[];

  constructor(scope: Construct, id: string, kinds: readonly ReceiverKind[] = RECEIVER_KINDS) {
    super(scope, id);
    const stack = Stack.of(this);
    const given = kinds.map((kind) => {
      const about = `The name of the secret with the key of ${PARAMETERS[kind].replace('Secret', '')}, or empty.`;
      return { kind, secret: optionalParameter(stack, PARAMETERS[kind], about) };
    });
    const url = optionalParameter(stack, 'WebhookUrl', 'The address of the webhook, or empty.');
    new CfnRule(stack, 'WebhookNeedsUrl', {
      ruleCondition: Fn.conditionNot(Fn.conditionEquals(Fn.ref(PARAMETERS.webhook), '')),
      assertions: [
        {
          assert: Fn.conditionNot(Fn.conditionEquals(Fn.ref('WebhookUrl'), '')),
          assertDescription: 'WebhookSecret needs WebhookUrl, the address of the webhook.',
        },
      ],
    });
    this.secrets = given.map(({ secret }) => secret);
    this.environment = {
      ...Object.fromEntries(given.map(({ kind, secret }) => [FLEET_RECEIVER_ENV[kind], secret.orNothing])),
      [FLEET_ENV.webhookUrl]: url.orNothing,
      ...(kinds.some((kind) => PAGERS.includes(kind)) && { [FLEET_ENV.receiverSite]: siteIn(stack) }),
    };
  }

  /** The role may read these secrets, and no other one. Secrets Manager adds six characters to a name. */
  grantRead(role: iam.IRole): void {
    for (const { text, isGiven } of this.secrets) {
      const resource = Stack.of(this).formatArn({
        ...{ service: 'secretsmanager', resource: 'secret', resourceName: `${text}-??????` },
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
      const policy = new iam.Policy(this, `Reads${isGiven.node.id.replace(/^Has/, '')}`, {
        roles: [role],
        statements: [
          new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [resource] }),
        ],
      });
      (policy.node.defaultChild as CfnResource).cfnOptions.condition = isGiven;
    }
  }
}

function siteIn(stack: Stack): string {
  return new CfnParameter(stack, 'ReceiverSite', {
    description: 'Where the accounts of PagerDuty and Opsgenie are; jira is Jira Service Management.',
    default: 'us',
    allowedValues: [...RECEIVER_SITES],
  }).valueAsString;
}
