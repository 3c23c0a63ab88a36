import { ArnFormat, Aws, type CfnResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  FLEET_PARAMETERS,
  FLEET_TABLES,
  fleetLoginRole,
  fleetOperatorRole,
  fleetRemediateName,
  fleetStopPolicy,
} from '../../functions/contract.ts';
import { acknowledgeResource } from '../constructs/acknowledge.ts';
import { functionArn, parameterArns, roleArn, tableArn } from './fleet-names.ts';
import { optionalParameter } from './fleet-parameters.ts';

export interface CellOperatorsProps {
  readonly report: lambda.IFunction;
}

/** What people may write of a registry item and of the cell's switch. The dispatcher writes the rest. */
const REGISTRY_ATTRIBUTES = ['key', 'accepted', 'people', 'proof'];
/** What people may write of a memory item. */
const MEMORY_ATTRIBUTES = ['server', 'pause', 'version'];

/** The rights of a cell's operators, and what they attach to stop it. */
export class CellOperators extends Construct {
  readonly operators: iam.ManagedPolicy;
  /** Denies all logins. `headroom fleet stop` attaches it to the login roles. */
  readonly stop: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, props: CellOperatorsProps) {
    super(scope, id);
    this.stop = new iam.ManagedPolicy(this, 'Stop', {
      managedPolicyName: fleetStopPolicy(Aws.REGION),
      description: 'Denies all logins of pg-headroom in this region while it is attached.',
      statements: [
        new iam.PolicyStatement({
          effect: iam.Effect.DENY,
          actions: ['rds-db:connect'],
          resources: ['*'],
        }),
      ],
    });
    this.operators = new iam.ManagedPolicy(this, 'Operators', {
      managedPolicyName: `pg-headroom-fleet-operators-${Aws.REGION}`,
      description: 'Allows looking at a cell of pg-headroom, pausing, resuming, accepting and stopping.',
      statements: [...this.reads(props), ...this.proves(), ...this.writes(), ...this.stops()],
    });
    for (const arn of parameterArns(Stack.of(this), FLEET_PARAMETERS.network))
      acknowledgeResource(this.operators, arn, 'Each network has a parameter of its own below this path.');
    acknowledgeResource(this.operators, loginRoles(Stack.of(this)), ONLY_STOP);
    acknowledgeResource(this.operators, networkFunctions(Stack.of(this)), ANY_NETWORK);
    for (const arn of databases(Stack.of(this))) acknowledgeResource(this.operators, arn, ANY_DATABASE);
    this.roleOfOtherAccount();
  }

  private reads({ report }: CellOperatorsProps): readonly iam.PolicyStatement[] {
    const stack = Stack.of(this);
    const networks = parameterArns(stack, FLEET_PARAMETERS.network);
    return [
      new iam.PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:Scan'],
        resources: [tableArn(stack, FLEET_TABLES.registry), tableArn(stack, FLEET_TABLES.memory)],
      }),
      new iam.PolicyStatement({ actions: ['ssm:GetParametersByPath'], resources: [...networks] }),
      new iam.PolicyStatement({
        actions: ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
        resources: [report.functionArn],
      }),
    ];
  }

  /** The function of a network tries the logins; the tags are read beside them, and no right here changes one. */
  private proves(): readonly iam.PolicyStatement[] {
    const stack = Stack.of(this);
    return [
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [networkFunctions(stack)] }),
      new iam.PolicyStatement({ actions: ['rds:ListTagsForResource'], resources: [...databases(stack)] }),
    ];
  }

  private writes(): readonly iam.PolicyStatement[] {
    const update = (table: string, attributes: readonly string[]) =>
      new iam.PolicyStatement({
        actions: ['dynamodb:UpdateItem'],
        resources: [tableArn(Stack.of(this), table)],
        conditions: {
          'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
          StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] },
          Null: { 'dynamodb:Attributes': 'false' },
        },
      });
    return [
      update(FLEET_TABLES.registry, REGISTRY_ATTRIBUTES),
      update(FLEET_TABLES.memory, MEMORY_ATTRIBUTES),
    ];
  }

  /** Only this one policy may be attached, so that a right to stop is no right to grant. */
  private stops(): readonly iam.PolicyStatement[] {
    const roles = loginRoles(Stack.of(this));
    return [
      new iam.PolicyStatement({
        actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
        resources: [roles],
        conditions: { ArnEquals: { 'iam:PolicyARN': this.stop.managedPolicyArn } },
      }),
      new iam.PolicyStatement({ actions: ['iam:ListAttachedRolePolicies'], resources: [roles] }),
    ];
  }

  /** The role that the operators of all cells assume, from one account of the organisation. */
  private roleOfOtherAccount(): void {
    const account = optionalParameter(
      Stack.of(this),
      'OperatorsAccount',
      'The account from which people look after all cells, or empty.',
    );
    const role = new iam.Role(this, 'Role', {
      roleName: fleetOperatorRole(Aws.REGION),
      description: 'pg-headroom: for people who look after all cells',
      assumedBy: new iam.AccountPrincipal(account.text),
      managedPolicies: [this.operators],
    });
    (role.node.defaultChild as CfnResource).cfnOptions.condition = account.isGiven;
  }
}

const ONLY_STOP =
  'The login roles of all networks: only the policy that denies logins may be attached to them.';

const ANY_NETWORK =
  'Networks come later, by templates of their own. An event to their functions brings a key and nothing else.';
const ANY_DATABASE = 'Any database may be the one of a proof, of which only the tags are read.';

function networkFunctions(stack: Stack): string {
  return functionArn(stack, fleetRemediateName('vpc-*'));
}

function databases(stack: Stack): readonly string[] {
  return ['db', 'cluster'].map((resource) =>
    stack.formatArn({
      service: 'rds',
      resource,
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
}

function loginRoles(stack: Stack): string {
  return roleArn(stack, fleetLoginRole('vpc-*'));
}
