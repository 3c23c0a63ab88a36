import {
  Aws,
  CfnCondition,
  CfnParameter,
  type CfnParameterProps,
  type CfnResource,
  Fn,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { IncidentReporting } from '../constructs/incident-reporting.ts';
import { ServerAlarms } from '../constructs/server-alarms.ts';
import { ServerRemediation } from '../constructs/server-remediation.ts';

/**
 * One server with its reporting in one template that needs no CDK. Parameters take the place of `cdk.json`. It is for the
 * console, StackSets, Service Catalog and Terraform. It fits once into an account and region.
 */
export class OneServerStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, {
      description: 'pg-headroom: gives one full PostgreSQL server its slots back',
      ...props,
    });
    const server = this.text('ServerName', 'The name in messages, alarms and functions.', NAME);
    const { report, memory, people, outputTopics } = new IncidentReporting(this, 'Reporting');
    this.subscribe(people);
    const remediation = new ServerRemediation(this, 'Server', {
      server,
      host: this.text('Host', "The instance's own endpoint, without scheme and port.", HOST),
      port: this.port(),
      secret: this.secret(),
      ...this.placeholders(),
      logGroup: logs.LogGroup.fromLogGroupName(this, 'ServerLog', this.text('LogGroup', LOG_GROUP)),
      report,
      memory,
      outputTopics,
    });
    this.fill(remediation.remediate);
    new ServerAlarms(this, 'Alarms', { server, topic: people });
    const reason = 'The ARN of a secret is not secret.';
    Validations.of(this).acknowledge({ id: 'CloudFormation-Validate::W2509', reason });
  }

  private text(id: string, description: string, more: Omit<CfnParameterProps, 'type'> = {}): string {
    return new CfnParameter(this, id, { type: 'String', description, ...more }).valueAsString;
  }

  private port(): number {
    const range = { default: 5432, minValue: 1, maxValue: 65_535 };
    return new CfnParameter(this, 'Port', { type: 'Number', description: "The server's port.", ...range })
      .valueAsNumber;
  }

  private secret(): secretsmanager.ISecret {
    const arn = this.text(
      'SecretArn',
      'The complete ARN of the secret with user name and password of our role.',
      SECRET,
    );
    return secretsmanager.Secret.fromSecretCompleteArn(this, 'Secret', arn);
  }

  /** A list that is known only at deployment cannot be given to the constructs. `fill` puts it in place. */
  private placeholders() {
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId: 'vpc-00000000', availabilityZones: [''] });
    const subnet = ec2.Subnet.fromSubnetAttributes(this, 'Subnet', {
      subnetId: 'subnet-00000000',
      routeTableId: 'rtb-00000000',
    });
    const group = ec2.SecurityGroup.fromSecurityGroupId(this, 'Group', 'sg-00000000', { mutable: false });
    return { vpc, subnets: { subnets: [subnet] }, securityGroups: [group] };
  }

  private fill(remediate: lambda.Function): void {
    const list = (id: string, type: string, description: string) =>
      new CfnParameter(this, id, { type, description }).valueAsList;
    const subnets = list(
      'SubnetIds',
      'List<AWS::EC2::Subnet::Id>',
      'Private subnets that reach the server and DynamoDB.',
    );
    const groups = list(
      'SecurityGroupIds',
      'List<AWS::EC2::SecurityGroup::Id>',
      'Groups that the server lets in.',
    );
    const policy = this.text(
      'Policy',
      'The policy as JSON. {} only observes. One that cannot be parsed ends nothing.',
      {
        default: '{}',
        maxLength: 3_000,
      },
    );
    const file = this.text(
      'CaFile',
      'A PEM file in the function, or empty for the RDS roots of the region.',
      { default: '' },
    );
    const hasFile = new CfnCondition(this, 'HasCaFile', {
      expression: Fn.conditionNot(Fn.conditionEquals(file, '')),
    });
    const set = (path: string, value: unknown) => resourceOf(remediate).addPropertyOverride(path, value);
    set('VpcConfig', { SubnetIds: subnets, SecurityGroupIds: groups });
    set(`Environment.Variables.${REMEDIATE_ENV.policy}`, policy);
    set(
      `Environment.Variables.${REMEDIATE_ENV.caFile}`,
      Fn.conditionIf(hasFile.logicalId, file, Aws.NO_VALUE),
    );
  }

  private subscribe(topic: sns.ITopic): void {
    const email = this.text('Email', 'A mail address for messages, or empty.', { default: '' });
    const subscription = new sns.CfnSubscription(this, 'Mail', {
      topicArn: topic.topicArn,
      protocol: 'email',
      endpoint: email,
    });
    subscription.cfnOptions.condition = new CfnCondition(this, 'HasEmail', {
      expression: Fn.conditionNot(Fn.conditionEquals(email, '')),
    });
  }
}

function resourceOf(remediate: lambda.Function): CfnResource {
  return remediate.node.defaultChild as CfnResource;
}

const NAME = { allowedPattern: '^[a-z][a-z0-9-]{0,39}$' };
const HOST = { allowedPattern: '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$' };
const SECRET = { allowedPattern: '^arn:aws[a-z-]*:secretsmanager:.+-[A-Za-z0-9]{6}$' };
const LOG_GROUP = "The log group of the server's log, such as /aws/rds/instance/orders/postgresql.";
