import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { FleetCellStack } from '../../../infra/fleet/fleet-cell-stack.ts';
import { FleetDigestStack } from '../../../infra/fleet/fleet-digest-stack.ts';
import { FleetEnrolStack } from '../../../infra/fleet/fleet-enrol-stack.ts';
import { FleetHubStack } from '../../../infra/fleet/fleet-hub-stack.ts';
import { FleetNetworkStack } from '../../../infra/fleet/fleet-network-stack.ts';
import { withApp } from '../synthesis.ts';
import { deployed } from './fleet-templates.ts';

const PARTITIONS = [
  ['aws', 'eu-west-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1'],
] as const;

describe.each(PARTITIONS)('In the partition %s', (partition, region) => {
  test('no template names an ARN of another one', () => {
    const parameters = { OrganizationId: 'o-a1b2c3d4e5', HubBucket: 'hub', OperatorsAccount: '111122223333' };
    for (const name of ['fleet-hub', 'fleet-cell', 'fleet-network', 'fleet-enrol', 'fleet-digest']) {
      const arns =
        JSON.stringify(deployed(name, parameters, [partition, region])).match(/arn:[a-z-]+:/g) ?? [];
      expect([name, arns.filter((arn) => arn !== `arn:${partition}:`)]).toEqual([name, []]);
    }
  });
});

test('cdk-nag finds nothing in the stacks of a fleet that is not acknowledged, each with its reason', () => {
  withApp((app, bundle) => {
    const props = { bundleAt: () => bundle };
    new FleetHubStack(app, 'hub', props);
    new FleetCellStack(app, 'cell', props);
    new FleetNetworkStack(app, 'network', props);
    new FleetEnrolStack(app, 'enrol', props);
    new FleetDigestStack(app, 'digest', props);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});
