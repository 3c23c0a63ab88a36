import { functionNameOf, type ReceiverKind } from '../../contract.ts';
import { awsCommand, type CheckedServer, type PreflightCheck } from './preflight-check.ts';

/** Checks of what must be there before a deployment, and of what the account has switched off for all. */

export function instanceExists(
  server: CheckedServer,
  instance: (server: CheckedServer, fields: string) => string,
): PreflightCheck {
  return {
    title: 'the instance exists',
    good: 'its name, available and its engine. An empty answer means that no instance of this account and region has the declared host',
    mend: "declare the instance's own endpoint as host. Aurora Serverless v2 and each member of a Multi-AZ cluster have one too",
    command: instance(server, '[DBInstanceIdentifier,DBInstanceStatus,Engine]'),
  };
}

export function newLines(server: CheckedServer, group: string): PreflightCheck {
  return {
    title: 'the log group receives lines',
    good: 'a stream with the time of its last line, in milliseconds, of the last hours',
    mend: 'connect and disconnect once with log_connections = on. Without lines no refusal starts a run; only the schedule does',
    command: awsCommand(
      server.region,
      `logs describe-log-streams --log-group-name '${group}' --order-by LastEventTime --descending --max-items 1`,
      'logStreams[].[logStreamName,lastEventTimestamp]',
    ),
  };
}

export function functionGroups(server: CheckedServer): PreflightCheck {
  const { region, securityGroupIds, vpc } = server;
  return {
    title: "the function's security groups exist, in its VPC",
    good: `each of ${securityGroupIds.join(', ')} with ${vpc.vpcId}`,
    mend: `aws ec2 create-security-group --vpc-id ${vpc.vpcId} --group-name pg-headroom --description pg-headroom makes one: declare its id`,
    command: awsCommand(
      region,
      `ec2 describe-security-groups --filters Name=group-id,Values=${securityGroupIds.join(',')}`,
      'SecurityGroups[].[GroupId,VpcId]',
    ),
  };
}

export function outboundRule(server: CheckedServer): PreflightCheck {
  const { region, securityGroupIds, port } = server;
  return {
    title: `the function's security groups let it out to port ${port}`,
    good: "0.0.0.0/0, the server's security group, or an address range with the server",
    mend: `aws ec2 authorize-security-group-egress --group-id ${securityGroupIds[0]} --ip-permissions IpProtocol=tcp,FromPort=${port},ToPort=${port},UserIdGroupPairs=[{GroupId=(the server's)}]`,
    command: awsCommand(
      region,
      `ec2 describe-security-group-rules --filters Name=group-id,Values=${securityGroupIds.join(',')}`,
      `SecurityGroupRules[?IsEgress && (FromPort==\`-1\` || (FromPort<=\`${port}\` && ToPort>=\`${port}\`))].[GroupId,ReferencedGroupInfo.GroupId,CidrIpv4]`,
    ),
  };
}

export function poolerSecret(server: CheckedServer, arn: string): PreflightCheck {
  return {
    title: "the pooler's secret exists and is encrypted with the default key",
    good: 'None, or alias/aws/secretsmanager',
    mend: 'put user name and password of the console into a secret with the default key of Secrets Manager',
    command: awsCommand(server.region, `secretsmanager describe-secret --secret-id '${arn}'`, '[KmsKeyId]'),
  };
}

export function deployedAndNotDeclared(region: string, servers: readonly CheckedServer[]): PreflightCheck {
  const declared = JSON.stringify(servers.map(({ name }) => functionNameOf(name)));
  return {
    title: 'nothing is deployed that is not declared',
    good: 'an empty answer. Functions that it names go on running',
    mend: 'npm run deploy -- --prune deletes stacks without a declared server',
    command: awsCommand(
      region,
      'lambda list-functions',
      `Functions[?starts_with(not_null(Description,\`""\`),\`"pg-headroom: gives PostgreSQL"\`) && !contains(\`${declared}\`,FunctionName)].FunctionName`,
    ),
  };
}

export function receivers(region: string): PreflightCheck {
  return {
    title: 'a person is told (after the first deployment)',
    good: 'at least one subscription that is not PendingConfirmation',
    mend: 'declare "emails", a "pager" or another receiver under "reporting", and confirm the mail; headroom test-message sends a test. Receivers beyond AWS are no subscriptions',
    command: awsCommand(
      region,
      `sns list-subscriptions-by-topic --topic-arn "$(${awsCommand(region, 'cloudformation describe-stacks', 'Stacks[].Outputs[]|[?OutputKey==`"PeopleTopicArn"`].OutputValue|[0]')})"`,
      'Subscriptions[].[Protocol,SubscriptionArn]',
    ),
  };
}

export function receiverSecretExists(
  region: string,
  kind: ReceiverKind,
  { secretArn, secretKeyArn }: { readonly secretArn: string; readonly secretKeyArn?: string | undefined },
): PreflightCheck {
  return {
    title: `the secret of ${kind} exists and is encrypted with the declared key`,
    good: secretKeyArn ?? 'None, or alias/aws/secretsmanager',
    mend: 'put the key of the receiver into it as plain text; declare the ARN of its own KMS key as "secretKeyArn"',
    command: awsCommand(region, `secretsmanager describe-secret --secret-id '${secretArn}'`, '[KmsKeyId]'),
  };
}

export function metricsOfLogs(region: string): PreflightCheck {
  return {
    title: 'no policy of the account switches metrics from logs off',
    good: 'an empty answer',
    mend: 'let the policy extract metrics from the log groups of pg-headroom: without them the alarms about runs stay silent',
    command: awsCommand(
      region,
      'logs describe-account-policies --policy-type METRIC_EXTRACTION_POLICY',
      'accountPolicies[].[policyName,policyDocument]',
    ),
  };
}

export function subscriptionPolicy(region: string): PreflightCheck {
  return {
    title: 'no subscription of the whole account takes a slot of the log group',
    good: 'an empty answer: a policy of the account is one of the two subscriptions of each group',
    mend: 'leave one of the two for pg-headroom, or declare another kind of "alarm"',
    command: awsCommand(
      region,
      'logs describe-account-policies --policy-type SUBSCRIPTION_FILTER_POLICY',
      'accountPolicies[].[policyName,selectionCriteria]',
    ),
  };
}

export function logAlarms(region: string): PreflightCheck {
  return {
    title: 'the region has Log Alarms',
    good: 'a number',
    mend: 'an error about the alarm type means that it has none: declare "metric" or "subscription"',
    command: awsCommand(
      region,
      'cloudwatch describe-alarms --alarm-types LogAlarm',
      'length(LogAlarms||`[]`)',
    ),
  };
}
