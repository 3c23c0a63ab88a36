import { RECEIVER_KINDS, SUBSCRIPTION_CONCURRENCY } from '../../contract.ts';
import { REGION_FORM } from '../base/region-form.ts';
import {
  deployedAndNotDeclared,
  functionGroups,
  instanceExists,
  logAlarms,
  metricsOfLogs,
  newLines,
  outboundRule,
  poolerSecret,
  receiverSecretExists,
  receivers,
  subscriptionPolicy,
} from './preflight-account.ts';
import { awsCommand, type CheckedServer, type PreflightCheck } from './preflight-check.ts';
import { rdsHost } from './rds-host.ts';
import type { ReportingDeclaration, ServerDeclaration } from './server-declaration.ts';

/** Lambda keeps this many concurrent executions for functions without a reservation. */
const UNRESERVED = 100;

/** The checks for one server. */
export function preflightOf(server: CheckedServer): readonly PreflightCheck[] {
  return [
    ...(rdsHost(server.host) ? [instanceExists(server, instance), logExport(server)] : []),
    ...(server.logGroup === undefined
      ? []
      : [logGroup(server, server.logGroup), newLines(server, server.logGroup)]),
    ...(server.logGroup !== undefined && server.alarm === 'subscription'
      ? [slot(server, server.logGroup)]
      : []),
    functionGroups(server),
    outboundRule(server),
    ...(rdsHost(server.host) ? [rule(server)] : []),
    ...(server.secretArn === undefined ? [] : [secret(server, server.secretArn), secretsEndpoint(server)]),
    ...(server.pooler?.secretArn === undefined ? [] : [poolerSecret(server, server.pooler.secretArn)]),
    ...(server.resourceId === undefined ? [] : [iamLogin(server, server.resourceId)]),
    ...(server.memoryAccess === 'existing' ? [memoryEndpoint(server)] : []),
  ];
}

/** The checks that are made once for a region. */
export function preflightOfRegion(
  region: string,
  servers: readonly CheckedServer[],
  reporting: ReportingDeclaration = {},
): readonly PreflightCheck[] {
  const wanted = servers.reduce((sum, server) => sum + reservedBy(server), 0);
  const quota = {
    title: 'Lambda has room for the reserved concurrency',
    good: `at least ${wanted + UNRESERVED}: ${wanted} to reserve, and ${UNRESERVED} that Lambda keeps for other functions`,
    mend: 'ask for a higher "Concurrent executions" quota of Lambda: new accounts have 10',
    command: awsCommand(region, 'lambda get-account-settings', 'AccountLimit.UnreservedConcurrentExecutions'),
  };
  const bootstrap = {
    title: 'the CDK is bootstrapped',
    good: 'CREATE_COMPLETE or UPDATE_COMPLETE',
    mend: 'run npx cdk bootstrap, or deploy without the CDK: npm run package',
    command: awsCommand(
      region,
      'cloudformation describe-stacks --stack-name CDKToolkit',
      'Stacks[].StackStatus',
    ),
  };
  return [
    bootstrap,
    deployedAndNotDeclared(region, servers),
    receivers(region),
    ...RECEIVER_KINDS.flatMap((kind) => {
      const declared = reporting[kind];
      return declared === undefined ? [] : [receiverSecretExists(region, kind, declared)];
    }),
    metricsOfLogs(region),
    ...(servers.some(({ alarm }) => alarm === 'subscription') ? [subscriptionPolicy(region)] : []),
    ...(servers.some(({ alarm }) => alarm === 'log-alarm') ? [logAlarms(region)] : []),
    ...(wanted === 0 ? [] : [quota]),
  ];
}

const ZONE = new RegExp(`^${REGION_FORM}`);

/** The region of a server that is declared without one, taken from its zones. */
export function regionOf({ vpc }: Pick<ServerDeclaration, 'vpc'>): string {
  return ZONE.exec(vpc.availabilityZones[0] ?? '')?.[0] ?? '';
}

function reservedBy({ alarm, reservedConcurrency }: CheckedServer): number {
  return reservedConcurrency ?? (alarm === 'subscription' ? SUBSCRIPTION_CONCURRENCY : 0);
}

/** JMESPath compares texts exactly, and RDS stores host names in lower case. */
function instance(server: CheckedServer, fields: string): string {
  const found = `DBInstances[?Endpoint.Address=="${server.host.toLowerCase()}"].${fields}`.replaceAll(
    '"',
    '`',
  );
  return awsCommand(server.region, 'rds describe-db-instances', found);
}

function logExport(server: CheckedServer): PreflightCheck {
  return {
    title: 'the log is exported to CloudWatch',
    good: 'postgresql is in the list',
    mend: 'aws rds modify-db-instance (Aurora: modify-db-cluster) --cloudwatch-logs-export-configuration EnableLogTypes=postgresql',
    command: instance(server, 'EnabledCloudwatchLogsExports'),
  };
}

function logGroup(server: CheckedServer, group: string): PreflightCheck {
  return {
    title: 'the log group exists, of class Standard',
    good: 'STANDARD',
    mend: 'an empty answer means that it does not exist: the first exported line creates it. The class cannot be changed after creation',
    command: awsCommand(
      server.region,
      `logs describe-log-groups --log-group-name-prefix '${group}'`,
      `logGroups[?logGroupName==\`${group}\`].logGroupClass`,
    ),
  };
}

function slot(server: CheckedServer, group: string): PreflightCheck {
  return {
    title: 'the log group has a free subscription slot',
    good: '0 or 1: a log group can have two subscriptions',
    mend: 'remove a subscription, or declare another kind of "alarm"',
    command: awsCommand(
      server.region,
      `logs describe-subscription-filters --log-group-name '${group}'`,
      'length(subscriptionFilters)',
    ),
  };
}

function rule(server: CheckedServer): PreflightCheck {
  const groups = instance(server, 'VpcSecurityGroups[].VpcSecurityGroupId[]');
  const { port, securityGroupIds, vpc } = server;
  return {
    title: `the server's security groups let the function in on port ${port}`,
    good: `${securityGroupIds.join(' or ')}, or an address range with ${vpc.subnetIds.join(' and ')}`,
    mend: `aws ec2 authorize-security-group-ingress --group-id (the server's) --protocol tcp --port ${port} --source-group ${securityGroupIds[0]}`,
    command: awsCommand(
      server.region,
      `ec2 describe-security-group-rules --filters "Name=group-id,Values=$(${groups} | xargs | tr ' ' ,)"`,
      `SecurityGroupRules[?!IsEgress && (FromPort==\`-1\` || (FromPort<=\`${port}\` && ToPort>=\`${port}\`))].[ReferencedGroupInfo.GroupId,CidrIpv4]`,
    ),
  };
}

function secret(server: CheckedServer, arn: string): PreflightCheck {
  const key = server.secretKeyArn;
  return {
    title: 'the secret exists and is encrypted with the declared key',
    good: key === undefined ? 'None, or alias/aws/secretsmanager' : key,
    mend: 'declare the ARN of its own key as "secretKeyArn", or remove "secretKeyArn" if it has none',
    command: awsCommand(server.region, `secretsmanager describe-secret --secret-id '${arn}'`, '[KmsKeyId]'),
  };
}

const DEFAULT_ROUTE = 'Routes[?DestinationCidrBlock==`0.0.0.0/0`]|[0]';

/**
 * Lists the endpoints, then the route table of each subnet with the gateway that leads out. The names of services begin with
 * `com.amazonaws` in most partitions, and with something else in others. EC2 takes `*` in the values of its filters.
 */
function endpoint(server: CheckedServer, service: string, what: string, mend: string): PreflightCheck {
  const { region, vpc } = server;
  const { vpcId, subnetIds } = vpc;
  const endpoints = awsCommand(
    region,
    `ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=${vpcId} "Name=service-name,Values=*.${region}.${service}"`,
    'VpcEndpoints[].[VpcEndpointId,State,join(`","`,RouteTableIds||`[]`)]',
  );
  const routes = awsCommand(
    region,
    `ec2 describe-route-tables --filters Name=association.subnet-id,Values=${subnetIds.join(',')}`,
    `RouteTables[].[RouteTableId,${DEFAULT_ROUTE}.NatGatewayId,${DEFAULT_ROUTE}.TransitGatewayId]`,
  );
  const good =
    "an available vpce-... (for DynamoDB with each subnet's rtb-...), or a nat-... or tgw-... for each subnet; a subnet without an rtb-... uses the main route table of its VPC";
  return { title: `the subnets reach ${what}`, good, mend, command: `${endpoints}; ${routes}` };
}

function secretsEndpoint(server: CheckedServer): PreflightCheck {
  const mend =
    'create an interface endpoint or a NAT gateway, or declare "user" and "resourceId", which need neither';
  return endpoint(server, 'secretsmanager', 'Secrets Manager', mend);
}

function memoryEndpoint(server: CheckedServer): PreflightCheck {
  const mend = 'declare "memoryAccess" with the route tables of these subnets, or "none"';
  return endpoint(server, 'dynamodb', 'DynamoDB', mend);
}

function iamLogin(server: CheckedServer, resourceId: string): PreflightCheck {
  const isCluster = resourceId.startsWith('cluster-');
  const [name = ''] = server.host.toLowerCase().split('.');
  return {
    title: 'IAM authentication is on, and the declared resource id is right',
    good: isCluster ? `True, and ${name} among the instances of the cluster` : `True and ${resourceId}`,
    mend: `aws rds ${isCluster ? 'modify-db-cluster' : 'modify-db-instance'} --enable-iam-database-authentication; with an empty answer declare the resource id that rds ${isCluster ? 'describe-db-clusters' : 'describe-db-instances'} shows`,
    command: isCluster
      ? awsCommand(
          server.region,
          'rds describe-db-clusters',
          `DBClusters[?DbClusterResourceId==\`${resourceId}\`].[IAMDatabaseAuthenticationEnabled,DBClusterMembers[].DBInstanceIdentifier]`,
        )
      : instance(server, '[IAMDatabaseAuthenticationEnabled,DbiResourceId]'),
  };
}
