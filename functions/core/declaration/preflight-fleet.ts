import { FLEET_FUNCTIONS, FLEET_ROLES, OPT_IN_TAG } from '../../contract.ts';
import { metricsOfLogs } from './preflight-account.ts';
import { awsCommand, type PreflightCheck } from './preflight-check.ts';

/** Runs of a fleet need so many concurrent executions that no function has reserved. */
const UNRESERVED = 50;

/** The checks of one account and region before a cell may enforce. The last one proves what everything rests on. */
export function preflightOfFleet(region: string): readonly PreflightCheck[] {
  return [
    {
      title: 'the cell is deployed',
      good: 'Active',
      mend: 'deploy fleet-cell.json, which "npm run package -- fleet" leaves',
      command: awsCommand(
        region,
        `lambda get-function-configuration --function-name ${FLEET_FUNCTIONS.dispatch}`,
        'State',
      ),
    },
    {
      title: 'Lambda has room for the runs of a cell',
      good: `at least ${UNRESERVED}`,
      mend: 'ask for a higher "Concurrent executions" quota of Lambda: new accounts have 10',
      command: awsCommand(
        region,
        'lambda get-account-settings',
        'AccountLimit.UnreservedConcurrentExecutions',
      ),
    },
    networks(region),
    metricsOfLogs(region),
    tagCondition(region),
  ];
}

function networks(region: string): PreflightCheck {
  return {
    title: 'each VPC of databases has a network, and a way to DynamoDB',
    good: 'the ids of these VPCs, in both lists; a VPC with a NAT may be missing in the second one',
    mend: 'deploy fleet-network.json there; make a gateway endpoint for DynamoDB, which costs nothing',
    command: [
      awsCommand(region, 'ssm get-parameters-by-path --path /pg-headroom/fleet/network', 'Parameters[].Name'),
      awsCommand(
        region,
        `ec2 describe-vpc-endpoints --filters Name=service-name,Values=com.amazonaws.${region}.dynamodb`,
        'VpcEndpoints[].VpcId',
      ),
    ].join('\n'),
  };
}

/**
 * Proves that IAM looks at the tag of a database at its login: a condition that is not known there is never true, or, in an
 * older IAM, refused. A role of your own gets our statement as the policy of its session, so that nothing has to be deployed.
 */
function tagCondition(region: string): PreflightCheck {
  return {
    title: 'IAM looks at the tag of a database at its login',
    good: `first 1, then "PAM authentication failed for user "${FLEET_ROLES.observes}""`,
    mend: 'this account is not ready to enforce by tags: put what "headroom fleet list --login-policy" prints in place of the two statements of each login role, and again when a database joins',
    command: [
      `# Set ROLE to the ARN of a role of yours with rds-db:connect, TEST to a test database with ${FLEET_ROLES.observes}, its tag included,`,
      '# HOST to its address. Run it where that address is reached, such as CloudShell in the VPC. The tag comes back at the end.',
      `session=$(aws sts assume-role --role-arn "$ROLE" --role-session-name pg-headroom --output text --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --policy '${SESSION_POLICY}')`,
      'read -r key secret session <<< "$session"',
      `login() { PGPASSWORD=$(AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret AWS_SESSION_TOKEN=$session aws rds generate-db-auth-token --region ${region} --hostname "$HOST" --port 5432 --username ${FLEET_ROLES.observes}) psql "host=$HOST dbname=postgres user=${FLEET_ROLES.observes} sslmode=require" -Atc 'SELECT 1'; }`,
      `arn=$(aws rds describe-db-instances --region ${region} --db-instance-identifier "$TEST" --query 'DBInstances[0].DBInstanceArn' --output text)`,
      'login',
      `aws rds remove-tags-from-resource --region ${region} --resource-name "$arn" --tag-keys ${OPT_IN_TAG}`,
      'sleep 60; login',
      `aws rds add-tags-to-resource --region ${region} --resource-name "$arn" --tags Key=${OPT_IN_TAG},Value=observe`,
    ].join('\n'),
  };
}

const SESSION_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'rds-db:connect',
      Resource: '*',
      Condition: { StringEquals: { [`aws:ResourceTag/${OPT_IN_TAG}`]: ['observe', 'enforce'] } },
    },
  ],
});
