import { Annotations, Stack, type StackProps, TimeZone } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  type PlainSettings,
  plainSettings,
  type ServerDeclaration,
} from '../../functions/core/declaration/server-declaration.ts';
import type { IncidentReporting } from '../constructs/incident-reporting.ts';
import { omitUndefined } from '../constructs/omit-undefined.ts';
import { ServerAlarms } from '../constructs/server-alarms.ts';
import { ServerRemediation } from '../constructs/server-remediation.ts';
import type { ServerRemediationProps } from '../constructs/server-remediation-props.ts';
import { importedSecret } from './imported-secret.ts';

export interface ServersStackProps extends StackProps {
  readonly servers: readonly ServerDeclaration[];
  /** Gets the result of every run, and holds the memory. */
  readonly reporting: IncidentReporting;
  /**
   * A topic that a pager subscribes to.
   *
   * @default - none
   */
  readonly pager?: sns.ITopic;
  /**
   * Folder of the built `remediate` bundle.
   *
   * @default - what `npm run build` leaves in this package
   */
  readonly bundle?: string;
}

/** Servers from their declarations. Everything is imported by id or ARN, so synthesis reads nothing from an account. */
export class ServersStack extends Stack {
  constructor(scope: Construct, id: string, props: ServersStackProps) {
    super(scope, id, {
      description: 'pg-headroom: gives full PostgreSQL servers their slots back',
      ...props,
    });
    // Each server has a scope of its own, so that names of its imports cannot collide with those of another server.
    for (const declared of props.servers) addServer(new Construct(this, declared.name), declared, props);
  }
}

function addServer(scope: Construct, declared: ServerDeclaration, props: ServersStackProps): void {
  const { reporting, pager, bundle } = props;
  const { report, people, memory, outputTopics } = reporting;
  const fields = fieldsOf(declared);
  new ServerRemediation(scope, 'Remediation', {
    ...fields,
    ...networkOf(scope, declared),
    ...importsOf(scope, declared),
    report,
    // Alarms about runs go to the topics for people and pagers, so these are output topics too.
    outputTopics: pager === undefined ? outputTopics : [...outputTopics, pager],
    ...omitUndefined({ bundle, memory: declared.memoryAccess === 'none' ? undefined : memory }),
  });
  const { server, sweep, metrics, warnings } = fields;
  new ServerAlarms(scope, 'Alarms', {
    server,
    sweep,
    topic: people,
    ...omitUndefined({ pager, metrics, warnings }),
  });
}

/** If a setting has no property of the same type, this line is a type error. */
type PlainProps = Pick<ServerRemediationProps, keyof PlainSettings>;

function fieldsOf(declared: ServerDeclaration) {
  const plain: PlainProps = plainSettings(declared);
  const { schedule, timeZone, logRetentionDays } = declared;
  const zone = timeZone === undefined ? undefined : TimeZone.of(timeZone);
  return {
    ...plain,
    sweep: schedule === 'off' ? ('off' as const) : ScheduleExpression.expression(schedule, zone),
    // The library's enumeration has days as its values.
    ...omitUndefined({ logRetention: logRetentionDays as logs.RetentionDays | undefined }),
  };
}

function networkOf(scope: Construct, { vpc, securityGroupIds }: ServerDeclaration) {
  const { vpcId, availabilityZones, subnetIds } = vpc;
  const subnets = subnetIds.map((id) => ec2.Subnet.fromSubnetId(scope, id, id));
  for (const subnet of subnets) {
    // The warning concerns code that reads the route table of a subnet. A function needs only the subnet's id.
    Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
  }
  return {
    vpc: ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones }),
    subnets: { subnets },
    // Immutable, because we must not add rules to a security group of somebody else.
    securityGroups: securityGroupIds.map((id) =>
      ec2.SecurityGroup.fromSecurityGroupId(scope, id, id, { mutable: false }),
    ),
  };
}

function importsOf(scope: Construct, declared: ServerDeclaration) {
  const { secretArn, secretKeyArn, logGroup, alarmTopicArns } = declared;
  return omitUndefined({
    secret: secretArn === undefined ? undefined : importedSecret(scope, 'Secret', secretArn, secretKeyArn),
    logGroup:
      logGroup === undefined ? undefined : logs.LogGroup.fromLogGroupName(scope, 'ServerLog', logGroup),
    alarmTopics: alarmTopicArns?.map((arn) => sns.Topic.fromTopicArn(scope, arn, arn)),
  });
}
