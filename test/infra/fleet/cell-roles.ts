import { FLEET_FUNCTIONS, FLEET_TABLES, fleetRemediateName } from '../../../functions/contract.ts';
import { decide, type IamStatement } from '../../support/iam-evaluator.ts';
import {
  ACCOUNT,
  deployed,
  documentOf,
  functionOf,
  ofType,
  REGION,
  rolesOf,
  statementsOf,
  VPC,
} from './fleet-templates.ts';

/** What the roles of a fleet may do, by an evaluator of IAM's rules over the synthesized statements. */

export const HUB = 'acme-headroom-hub';
const BUS = `arn:aws:events:${REGION}:999988887777:event-bus/pg-headroom`;
export const FURTHER_VPC = 'vpc-0bbbbbbbbbbbbbbbb';
export const CELL = deployed('fleet-cell', {
  HubBucket: HUB,
  EventBusArn: BUS,
  OperatorsAccount: '999988887777',
});
export const NETWORK = deployed('fleet-network');

export const arnOf = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
export const functionArnOf = (name: string) => arnOf('lambda', `function:${name}`);
export const tableArnOf = (name: keyof typeof FLEET_TABLES) =>
  arnOf('dynamodb', `table/${FLEET_TABLES[name]}`);

/** The statements of the role of a function of the cell. */
export const rightsOf = (name: keyof typeof FLEET_FUNCTIONS) =>
  statementsOf(CELL, functionOf(CELL, FLEET_FUNCTIONS[name]).role);
/** The statements of the role of a network's function. */
export const loginRightsOf = (resources: typeof NETWORK) =>
  statementsOf(resources, functionOf(resources, fleetRemediateName(VPC)).role);
export const LOGIN_ROLE = functionOf(NETWORK, fleetRemediateName(VPC)).role;

/** Every role and managed policy of a cell and a network, by its name in the template. */
export const EVERY_ROLE: readonly (readonly [string, readonly IamStatement[]])[] = [
  ...[CELL, NETWORK].flatMap((resources) =>
    rolesOf(resources).map((role) => [role, statementsOf(resources, role)] as const),
  ),
  ...managedPolicies().map(([id, { Properties }]) => [id, documentOf(Properties)] as const),
];

function managedPolicies() {
  return ofType(CELL, 'AWS::IAM::ManagedPolicy');
}

/** A managed policy of the cell whose name has this word. */
export function managedPolicyOf(word: string) {
  const found = managedPolicies().find(([, { Properties }]) =>
    String(Properties.ManagedPolicyName).includes(word),
  );
  if (found === undefined) throw new Error(`The cell has no managed policy ${word}.`);
  return { id: found[0], statements: documentOf(found[1].Properties) };
}

/** What IAM decides on a request with DynamoDB, with the keys that it names. */
export function onItems(
  statements: readonly IamStatement[],
  action: string,
  name: keyof typeof FLEET_TABLES,
  keys: readonly string[],
) {
  return decide(statements, {
    action: `dynamodb:${action}`,
    resource: tableArnOf(name),
    context: { 'dynamodb:LeadingKeys': keys },
  });
}
