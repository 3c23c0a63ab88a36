import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import {
  ENROL_TAG,
  FLEET_BUNDLES,
  FLEET_ENV,
  FLEET_TABLES,
  fleetEnrolName,
} from '../../functions/contract.ts';
import { acknowledgeResource } from '../constructs/acknowledge.ts';
import { BundledFunction, builtBundle } from '../constructs/bundled-function.ts';
import { denyNetworkInterfacesToCode, networkInterfaces } from '../constructs/network-interfaces.ts';
import { QUIET_PLATFORM } from './fleet-function.ts';
import { tableArn } from './fleet-names.ts';
import type { FleetStackProps } from './fleet-stack-props.ts';
import { onLeadingKeys } from './leading-keys.ts';
import { vpcPlace } from './vpc-place.ts';

/**
 * Enrols the databases of one VPC by the secrets of their master users, while it is deployed. It is off by default and
 * meant to be deleted afterwards: it is the one part of a fleet that reads a secret, and only those with a tag of their own.
 */
export class FleetEnrolStack extends Stack {
  constructor(scope: Construct, id: string, { bundleAt = builtBundle, ...props }: FleetStackProps = {}) {
    super(scope, id, {
      description:
        'pg-headroom: makes the roles of a fleet on the databases of one VPC; delete it afterwards',
      ...props,
    });
    const { vpc, placeholders, place } = vpcPlace(this);
    const bundled = new BundledFunction(this, 'Enrol', {
      bundle: bundleAt(FLEET_BUNDLES.enrol),
      functionName: fleetEnrolName(vpc),
      description: `pg-headroom: makes the roles of a fleet on the databases of ${vpc}`,
      environment: { [FLEET_ENV.registry]: FLEET_TABLES.registry },
      statements: [
        this.secrets(),
        onLeadingKeys({
          actions: ['dynamodb:BatchGetItem'],
          tables: [tableArn(this, FLEET_TABLES.registry)],
          keys: [`${vpc}#*`],
        }),
        networkInterfaces(),
      ],
      timeout: Duration.seconds(60),
      memorySize: 512,
      ...placeholders,
      retryAttempts: 0,
      ...QUIET_PLATFORM,
    });
    place(bundled.function);
    denyNetworkInterfacesToCode(this, bundled);
    acknowledgeResource(
      bundled.role,
      this.anySecret(),
      'The tag of a secret decides: its ARN is not known here.',
    );
    new CfnOutput(this, 'FunctionName', { value: bundled.function.functionName, description: 'Invoke it.' });
  }

  /** Owners tag the secret of the master user for the time of the enrolment. */
  private secrets(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [this.anySecret()],
      conditions: { StringEquals: { [`aws:ResourceTag/${ENROL_TAG}`]: 'yes' } },
    });
  }

  private anySecret(): string {
    return this.formatArn({ service: 'secretsmanager', resource: 'secret:*' });
  }
}
