import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { FLEET_ROLES, OPT_IN_TAG } from '../../functions/contract.ts';

/**
 * The logins of a fleet: the tag of the database decides, at each login. `StringEquals` refuses a database without the tag,
 * where `…IfExists` and `ForAllValues` would let it pass. The role that may end sessions is for `enforce` only.
 */
export function fleetLogins(stack: Stack): readonly iam.PolicyStatement[] {
  return [
    login(stack, FLEET_ROLES.signals, ['enforce']),
    login(stack, FLEET_ROLES.observes, ['observe', 'enforce']),
  ];
}

function login(stack: Stack, user: string, tags: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['rds-db:connect'],
    resources: [databaseUser(stack, user)],
    conditions: { StringEquals: { [`aws:ResourceTag/${OPT_IN_TAG}`]: tags } },
  });
}

/** One user of every database. Databases are many and join by a tag, so that their ids cannot stand here. */
export function databaseUser(stack: Stack, user: string): string {
  return stack.formatArn({
    service: 'rds-db',
    resource: 'dbuser',
    resourceName: `*/${user}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
