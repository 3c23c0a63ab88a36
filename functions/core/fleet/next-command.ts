import { OPT_IN_TAG } from '../../contract.ts';
import { proveCommand } from './cell-proof.ts';
import type { LadderPlace, LadderProblem } from './ladder.ts';
import type { RegisteredDatabase } from './registry-item.ts';

/** What a problem is, as a sentence about one database or several, and the one command that ends it for one of them. */
export type NextStep = {
  readonly says: string;
  /** Null where no command helps: people have to decide, or to wait. */
  readonly command: string | null;
};

type Facts = { readonly database: RegisteredDatabase; readonly place: LadderPlace; readonly region: string };

/** What to do about a problem of one database. */
export function nextStep(place: LadderPlace, problem: LadderProblem, region: string): NextStep {
  return STEPS[problem]({ database: place.seen.database, place, region });
}

const STEPS: Readonly<Record<LadderProblem, (facts: Facts) => NextStep>> = {
  untagged: (facts) => ({
    says: 'has no tag: its owners have not asked for it',
    command: tagCommand(facts, 'observe'),
  }),
  'tag-off': (facts) => ({ says: 'is tagged off', command: tagCommand(facts, 'observe') }),
  'tag-unknown': (facts) => ({
    says: 'has an unknown tag value, so it counts as off (known are off, observe, enforce)',
    command: tagCommand(facts, 'observe'),
  }),
  'no-network': ({ database: { vpc }, region }) => ({
    says: `is in ${vpc}, where no fleet-network is deployed`,
    command: `aws cloudformation deploy --region ${region} --stack-name pg-headroom-fleet-network-${vpc} --template-file dist/package-fleet/fleet-network.json --capabilities CAPABILITY_NAMED_IAM --parameter-overrides VpcId=${vpc} SubnetIds=SUBNETS SecurityGroupIds=GROUPS CodeBucket=PREFIX`,
  }),
  'no-tables': ({ database: { network, vpc }, region }) => ({
    says: "has runs that do not reach the tables of the cell: the function's subnets need a gateway endpoint for DynamoDB, which is free, or a NAT",
    command: `aws ec2 create-vpc-endpoint --region ${region} --vpc-id ${network?.vpc ?? vpc} --service-name com.amazonaws.${region}.dynamodb --route-table-ids ROUTE_TABLE`,
  }),
  'iam-off': ({ database, region }) => ({
    says: 'does not have IAM authentication, which takes some of its memory',
    command: modify(database, region, '--enable-iam-database-authentication --apply-immediately'),
  }),
  'iam-too-small': () => ({
    says: 'may have too little memory for IAM authentication (300 to 1,000 MiB): its owners have to decide',
    command: null,
  }),
  'not-admitted': ({ database: { network, port, name }, database, region }) => ({
    says: `does not answer on port ${port ?? 5432}: its security group has to let the group of ${network?.vpc ?? 'its network'} in`,
    command: `aws ec2 authorize-security-group-ingress --region ${region} --protocol tcp --port ${port ?? 5432} --group-id "$(${groupOf(database, name, region)})" --source-group "$(aws lambda get-function-configuration --region ${region} --function-name ${word(network?.function ?? 'FUNCTION')} --query 'VpcConfig.SecurityGroupIds[0]' --output text)"`,
  }),
  'role-missing': ({ database: { name, engineVersion } }) => ({
    says: 'does not let our roles log in: they are missing, or lack rds_iam',
    command: `headroom fleet enrol --print --version ${Number.parseInt(engineVersion, 10) || 18} | psql "host=$HOST dbname=postgres user=MASTER"  # ${name}`,
  }),
  'run-fails': ({ place }) => ({
    says: `has runs that fail with ${place.seen.attention.failedBy ?? 'an error'}: the messages say why`,
    command: null,
  }),
  'log-not-exported': ({ database, region }) => ({
    says: 'does not export its log, so that only sweeps find that it is full',
    command: modify(database, region, `--cloudwatch-logs-export-configuration EnableLogTypes=postgresql`),
  }),
  'no-free-trigger': ({ database: { rungWhy } }) => ({
    says: `is swept only${rungWhy === null ? '' : `: ${rungWhy}`}`,
    command: null,
  }),
  'no-reserve': () => ({
    says: 'keeps no slot for our roles: on a full server a run has to wait for a free one',
    command:
      'aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters ParameterName=reserved_connections,ParameterValue=3,ApplyMethod=pending-reboot',
  }),
  'switched-off': ({ place }) => ({ says: `is off: ${limitsText(place)}`, command: null }),
  unproven: ({ region }) => ({
    says: 'observes until a test database proves that logins of this cell go by the tag',
    command: proveCommand(region),
  }),
  'policy-problem': ({ place, database: { policy } }) => ({
    says: `is kept from enforcing by its policy: ${limitsText(place)}`,
    command: `headroom policy put ${word(policy ?? 'default')} policy.json --bucket BUCKET`,
  }),
  'tag-observe': (facts) => ({
    says: 'observes, as its tag says',
    command: tagCommand(facts, 'enforce'),
  }),
  quarantine: ({ database: { name, observeUntil, source } }) => ({
    says: `is new${source === null ? '' : `, restored from ${source}`}: it observes until ${observeUntil} whatever its tag says`,
    command: `headroom fleet accept ${word(name)}`,
  }),
  paused: ({ place, database: { name } }) => ({
    says: limitsText(place),
    command: `headroom fleet resume ${word(name)}`,
  }),
  'held-down': ({ place }) => ({
    says: `is held down: ${limitsText(place)}`,
    command: place.seen.mode.limits.some(({ source }) => source === 'cell')
      ? 'headroom fleet resume --cell'
      : null,
  }),
};

function limitsText({ seen }: LadderPlace): string {
  return seen.mode.limits.map(({ why }) => why).join('; ');
}

/** A member joins by the tag of its cluster. */
function tagCommand({ database: { arn, cluster }, region }: Facts, value: string): string {
  return `aws rds add-tags-to-resource --region ${region} --resource-name ${word(cluster?.arn ?? arn)} --tags Key=${OPT_IN_TAG},Value=${value}`;
}

function modify({ name, cluster }: RegisteredDatabase, region: string, options: string): string {
  return cluster === null
    ? `aws rds modify-db-instance --region ${region} --db-instance-identifier ${word(name)} ${options}`
    : `aws rds modify-db-cluster --region ${region} --db-cluster-identifier ${word(cluster.name)} ${options}`;
}

function groupOf(_: RegisteredDatabase, name: string, region: string): string {
  return `aws rds describe-db-instances --region ${region} --db-instance-identifier ${word(name)} --query 'DBInstances[0].VpcSecurityGroups[0].VpcSecurityGroupId' --output text`;
}

/** A text that a shell takes as one word. What AWS names has no other characters. */
function word(text: string): string {
  return /^[A-Za-z0-9:._/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
