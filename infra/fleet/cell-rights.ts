import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  ATTENTION_INDEX,
  EXPIRY_ATTRIBUTE,
  FLEET_FUNCTIONS,
  FLEET_PARAMETERS,
  FLEET_TABLES,
  fleetRemediateName,
} from '../../functions/contract.ts';
import { functionArn, parameterArns, tableArn } from './fleet-names.ts';
import { onLeadingKeys } from './leading-keys.ts';

/** What the functions of a cell may do in AWS. Each list is everything, besides writing to the function's own log. */

const allow = (actions: readonly string[], resources: readonly string[]) =>
  new iam.PolicyStatement({ actions: [...actions], resources: [...resources] });

/** It reads what there is, writes the registry and invokes. It makes no function, passes no role and touches no network. */
export function dispatchRights(stack: Stack): readonly iam.PolicyStatement[] {
  const registry = tableArn(stack, FLEET_TABLES.registry);
  const found = [FLEET_PARAMETERS.network, FLEET_PARAMETERS.declared];
  return [
    // Neither has narrower resources.
    allow(['rds:DescribeDBClusters', 'rds:DescribeDBInstances', 'cloudwatch:GetMetricData'], ['*']),
    allow(
      ['ssm:GetParametersByPath'],
      found.flatMap((path) => parameterArns(stack, path)),
    ),
    allow(['dynamodb:Scan'], [registry]),
    onLeadingKeys({
      actions: ['dynamodb:UpdateItem'],
      tables: [registry],
      keys: ['vpc-*', 'cell#state', 'cell#switch', 'cell#policy#*'],
      // What people wrote, `accepted` and `people`, is not among them.
      attributes: ['key', 'item', 'organisation', EXPIRY_ATTRIBUTE],
    }),
    allow(['dynamodb:Query'], [`${tableArn(stack, FLEET_TABLES.memory)}/index/${ATTENTION_INDEX}`]),
    claim(stack, ['period#*', 'token#*']),
    allow(
      ['lambda:InvokeFunction'],
      [
        functionArn(stack, fleetRemediateName('vpc-*')),
        functionArn(stack, FLEET_FUNCTIONS.triggers),
        functionArn(stack, FLEET_FUNCTIONS.report),
      ],
    ),
  ];
}

/** It is invoked by log lines, which clients write: it finds the database, takes its token and starts a run. */
export function intakeRights(stack: Stack): readonly iam.PolicyStatement[] {
  return [
    allow(['dynamodb:Scan'], [tableArn(stack, FLEET_TABLES.registry)]),
    claim(stack, ['token#*']),
    allow(['lambda:InvokeFunction'], [functionArn(stack, fleetRemediateName('vpc-*'))]),
  ];
}

/** It subscribes log groups of RDS, and may do only that. */
export function triggersRights(stack: Stack): readonly iam.PolicyStatement[] {
  const registry = tableArn(stack, FLEET_TABLES.registry);
  return [
    allow(
      [
        'logs:DeleteMetricFilter',
        'logs:DeleteSubscriptionFilter',
        'logs:DescribeMetricFilters',
        'logs:DescribeSubscriptionFilters',
        'logs:PutMetricFilter',
        'logs:PutSubscriptionFilter',
      ],
      [databaseLogs(stack)],
    ),
    allow(['dynamodb:Scan'], [registry]),
    onLeadingKeys({
      actions: ['dynamodb:UpdateItem'],
      tables: [registry],
      keys: ['cell#rungs'],
      attributes: ['key', 'item', EXPIRY_ATTRIBUTE],
    }),
  ];
}

/** It reads hostile input, so that it may change no mode: it only reads the registry. Once a week it reads all of both tables. */
export function reportRights(stack: Stack): readonly iam.PolicyStatement[] {
  return [
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan'], [tableArn(stack, FLEET_TABLES.memory)]),
    allow(
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Scan'],
      [tableArn(stack, FLEET_TABLES.registry)],
    ),
  ];
}

function claim(stack: Stack, keys: readonly string[]): iam.PolicyStatement {
  return onLeadingKeys({
    actions: ['dynamodb:PutItem'],
    tables: [tableArn(stack, FLEET_TABLES.claims)],
    keys,
  });
}

/** The log groups that RDS makes for its databases, of instances and of clusters. */
export function databaseLogs(stack: Stack): string {
  return `${stack.formatArn({ service: 'logs', resource: 'log-group:/aws/rds/*' })}`;
}
