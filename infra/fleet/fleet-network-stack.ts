import { type CfnResource, Duration, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import {
  FLEET_BUNDLES,
  FLEET_ENV,
  FLEET_FUNCTIONS,
  FLEET_PARAMETERS,
  FLEET_ROLES,
  FLEET_TABLES,
  fleetLoginRole,
  fleetRemediateName,
  REMEDIATE_TIMEOUT_SECONDS,
} from '../../functions/contract.ts';
import { acknowledgeResource } from '../constructs/acknowledge.ts';
import { BundledFunction, builtBundle } from '../constructs/bundled-function.ts';
import { FunctionDestination } from '../constructs/function-destination.ts';
import { denyNetworkInterfacesToCode, networkInterfaces } from '../constructs/network-interfaces.ts';
import { QUIET_PLATFORM } from './fleet-function.ts';
import { databaseUser, fleetLogins } from './fleet-login.ts';
import { functionArn, tableArn } from './fleet-names.ts';
import type { FleetStackProps } from './fleet-stack-props.ts';
import { onLeadingKeys } from './leading-keys.ts';
import { type NetworkParameters, networkParameters } from './network-parameters.ts';
import { type VpcPlace, vpcPlace } from './vpc-place.ts';

const JOIN_BY_TAG = 'Databases join by a tag, which each login checks: their ids are not known here.';

/**
 * The part of a cell that is in one VPC: its `remediate` function, and the parameter by which the dispatcher finds it. It
 * opens nothing: the security groups of databases have to let the function in. The cell has to be deployed before.
 */
export class FleetNetworkStack extends Stack {
  constructor(scope: Construct, id: string, { bundleAt = builtBundle, ...props }: FleetStackProps = {}) {
    super(scope, id, {
      description: 'pg-headroom: looks after the databases of one VPC that joined by a tag',
      ...props,
    });
    const at = vpcPlace(this);
    const network = networkParameters(this, at.vpc);
    const bundled = this.remediate(bundleAt(FLEET_BUNDLES.remediate), at, network);
    denyNetworkInterfacesToCode(this, bundled);
    for (const user of Object.values(FLEET_ROLES))
      acknowledgeResource(bundled.role, databaseUser(this, user), JOIN_BY_TAG);
    new StringParameter(this, 'Found', {
      parameterName: `${FLEET_PARAMETERS.network}/${at.vpc}`,
      simpleName: false,
      description: 'pg-headroom: the function that looks after the databases of this VPC',
      stringValue: network.foundText(bundled.function.functionArn),
    });
  }

  /** Never retried, and old events are dropped: a late run would act on another state of the database. */
  private remediate(bundle: string, at: VpcPlace, network: NetworkParameters): BundledFunction {
    const { vpc, placeholders, place } = at;
    const report = lambda.Function.fromFunctionAttributes(this, 'Report', {
      functionArn: functionArn(this, FLEET_FUNCTIONS.report),
      sameEnvironment: true,
    });
    const bundled = new BundledFunction(this, 'Remediate', {
      bundle,
      functionName: fleetRemediateName(vpc),
      description: `pg-headroom: gives the databases of ${vpc} their connection slots back`,
      environment: {
        [FLEET_ENV.vpc]: vpc,
        [FLEET_ENV.registry]: FLEET_TABLES.registry,
        [FLEET_ENV.memory]: FLEET_TABLES.memory,
        [FLEET_ENV.outbox]: FLEET_TABLES.outbox,
      },
      statements: this.rights(network),
      timeout: Duration.seconds(REMEDIATE_TIMEOUT_SECONDS),
      memorySize: network.memoryMb,
      ...placeholders,
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      // A run that crashed or was too late has no record. One that is quiet is not told.
      onFailure: new FunctionDestination(report),
      ...QUIET_PLATFORM,
    });
    (bundled.role.node.defaultChild as iam.CfnRole).roleName = fleetLoginRole(vpc);
    place(bundled.function);
    const resource = bundled.function.node.defaultChild as CfnResource;
    resource.addPropertyOverride('ReservedConcurrentExecutions', network.reserved);
    return bundled;
  }

  /** Reads what concerns the databases of its own VPC, and leaves records under their keys. Nothing else is reachable. */
  private rights({ keys, keysToRead }: NetworkParameters): readonly iam.PolicyStatement[] {
    const arnOf = (name: string) => tableArn(this, name);
    return [
      ...fleetLogins(this),
      onLeadingKeys({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem'],
        tables: [arnOf(FLEET_TABLES.registry), arnOf(FLEET_TABLES.memory)],
        keys: keysToRead,
      }),
      onLeadingKeys({ actions: ['dynamodb:PutItem'], tables: [arnOf(FLEET_TABLES.outbox)], keys }),
      networkInterfaces(),
    ];
  }
}
