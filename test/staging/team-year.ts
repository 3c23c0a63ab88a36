import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageStacks } from '../../infra/package/package-stacks.ts';

/**
 * A team's year against an emulator of AWS (moto): deploy, add, rename, move, pause, upgrade, remove, destroy. At the end
 * nothing of ours may be left but what docs/guide/deploy.md says stays. It needs the AWS CLI and AWS_ENDPOINT_URL, and it
 * refuses an address that is not this machine's.
 *
 *   AWS_ENDPOINT_URL=http://localhost:5000 node test/staging/team-year.ts FOLDER
 */
const [folder = ''] = process.argv.slice(2);
const endpoint = process.env.AWS_ENDPOINT_URL ?? '';
if (folder === '' || !/^http:\/\/(localhost|127\.0\.0\.1):\d+$/.test(endpoint))
  throw new Error('Name a folder, and set AWS_ENDPOINT_URL to an emulator on this machine.');
const environment = {
  ...process.env,
  ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  ...{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
};

type Ran = { readonly code: number | null; readonly text: string };

function ran(cwd: string, command: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: environment, encoding: 'utf8' });
  return { code: status, text: `${stdout}${stderr}` };
}
const aws = (...args: readonly string[]) => ran(folder, 'aws', ...args, '--output', 'text').text.trim();
const wordsOf = (text: string) =>
  text
    .split(/\s+/)
    .filter((word) => word !== '' && word !== 'None')
    .toSorted();

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
const [example] = context.servers;
const server = (name: string, fields: object = {}) => ({
  ...example,
  ...{ name, host: `${name}.abcdefghijkl.eu-west-1.rds.amazonaws.com` },
  logGroup: `/aws/rds/instance/${name}/postgresql`,
  ...fields,
});
const BUCKET = 'assets-of-the-year';

/** Writes the package of these servers and runs its script. */
function deploy(servers: readonly object[], ...args: readonly string[]): Ran {
  const place = join(folder, 'package');
  packageStacks({ ...context, servers, reporting: { emails: ['on-call@example.com'] } }, place);
  for (const file of readdirSync(join(place, 'templates'))) withoutAlarmArns(join(place, 'templates', file));
  return ran(place, 'sh', 'deploy.sh', ...(args[0] === '--undo' ? args : [BUCKET, ...args]));
}

/** The emulator knows no ARN of an alarm. */
function withoutAlarmArns(file: string): void {
  const known = readFileSync(file, 'utf8').replaceAll(
    /\{\s*"Fn::GetAtt":\s*\[\s*"\w*Alarm\w*",\s*"Arn"\s*\]\s*\}/g,
    '"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:of-the-emulator"',
  );
  writeFileSync(file, known);
}

const functionsThere = () =>
  wordsOf(
    aws(
      'lambda',
      'list-functions',
      '--query',
      "Functions[?contains(Description, 'gives PostgreSQL')].FunctionName",
    ),
  ).map((name) => name.replace('pg-headroom-', ''));

function expectThat(what: string, found: unknown, expected: unknown): void {
  const isSame = JSON.stringify(found) === JSON.stringify(expected);
  console.log(`${isSame ? 'true ' : 'FALSE'} ${what}${isSame ? '' : `: ${JSON.stringify(found)}`}`);
  if (!isSame) process.exitCode = 1;
}

mkdirSync(folder, { recursive: true });
aws('s3', 'mb', `s3://${BUCKET}`);

const first = deploy([server('orders')]);
if (first.code !== 0) console.log(first.text);
expectThat('deployed: one function', functionsThere(), ['orders']);

deploy([server('orders'), server('billing')]);
// The names of billing and payments lead to different stacks, so that the old one is left over.
expectThat('added: two functions', functionsThere(), ['billing', 'orders']);

const renamed = deploy([server('orders'), server('payments')]);
expectThat(
  'renamed without --prune: the old function is named',
  renamed.text.includes('function pg-headroom-billing goes on running'),
  true,
);
expectThat('renamed without --prune: the script fails', renamed.code, 1);
deploy([server('orders'), server('payments')], '--prune');
expectThat('renamed with --prune: one function each', functionsThere(), ['orders', 'payments']);

const moved = { ...example.vpc, vpcId: 'vpc-0f1e2d3c4b5a60718', subnetIds: ['subnet-0f1e2d3c4b5a60718'] };
expectThat('moved to another VPC', deploy([server('orders', { vpc: moved }), server('payments')]).code, 0);
expectThat('moved: the same functions', functionsThere(), ['orders', 'payments']);

const cli = (...args: readonly string[]) => ran(process.cwd(), process.execPath, 'dist/cli/cli.mjs', ...args);
expectThat('paused', cli('pause', 'orders', '--region', 'eu-west-1', '--for', '2h').code, 0);
expectThat('a server that is gone is not paused', cli('pause', 'billing', '--region', 'eu-west-1').code, 2);
expectThat(
  'the pause survives an upgrade',
  deploy([server('orders', { tracing: true }), server('payments')]).code,
  0,
);
expectThat('still paused', /PAUSED/.test(cli('memory', 'orders', '--region', 'eu-west-1').text), true);

const removed = deploy([server('payments')]);
expectThat(
  'removed: what goes on running is named',
  removed.text.includes('pg-headroom-orders goes on running'),
  true,
);
expectThat('removed with --prune', deploy([server('payments')], '--prune').code, 0);
expectThat('removed: it does not run any more', functionsThere(), ['payments']);

const undone = deploy([server('payments')], '--undo');
if (undone.code !== 0) console.log(undone.text);
expectThat('destroyed', undone.code, 0);
const left = {
  stacks: wordsOf(aws('cloudformation', 'describe-stacks', '--query', 'Stacks[].StackName')),
  functions: wordsOf(aws('lambda', 'list-functions', '--query', 'Functions[].FunctionName')),
  alarms: wordsOf(aws('cloudwatch', 'describe-alarms', '--query', 'MetricAlarms[].AlarmName')),
  schedules: wordsOf(aws('scheduler', 'list-schedules', '--query', 'Schedules[].Name')),
  topics: wordsOf(aws('sns', 'list-topics', '--query', 'Topics[].TopicArn')),
  queues: wordsOf(aws('sqs', 'list-queues', '--query', 'QueueUrls')),
  tables: wordsOf(aws('dynamodb', 'list-tables', '--query', 'TableNames')),
  roles: wordsOf(aws('iam', 'list-roles', '--query', "Roles[?contains(RoleName, 'headroom')].RoleName")),
};
for (const [kind, names] of Object.entries(left)) expectThat(`nothing is left of our ${kind}`, names, []);
const buckets = wordsOf(aws('s3api', 'list-buckets', '--query', 'Buckets[].Name')).filter(
  (name) => name !== BUCKET,
);
expectThat('the bucket with the records stays', buckets.length, 1);
