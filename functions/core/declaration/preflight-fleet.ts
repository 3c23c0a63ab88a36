import { FLEET_FUNCTIONS } from '../../contract.ts';
import { metricsOfLogs } from './preflight-account.ts';
import { awsCommand, type PreflightCheck } from './preflight-check.ts';

/** Concurrent executions that must stay unreserved, because runs of a fleet need them. */
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

/** The proof itself is made by the function that logs in later, with its own role and condition. */
function tagCondition(region: string): PreflightCheck {
  return {
    title: 'logins go by the tag, without which nothing is enforced',
    good: 'Proven',
    mend: 'put what "headroom fleet list --login-policy" prints in place of the two statements of each login role, and again when a database joins; then say so by "headroom preflight --fleet --by-ids"',
    command: [
      '# Set TEST to the name of a test database that is tagged observe, enrolled, and in a network of the cell.',
      `headroom preflight --fleet --region ${region} --prove "$TEST"`,
    ].join('\n'),
  };
}
