import { readFileSync } from 'node:fs';
import { ASSETS, emulatedAccount, expectThat, type Ran, wordsOf } from './emulated-account.ts';

/**
 * A team's year against an emulator of AWS (moto): deploy, add, rename, move, pause, upgrade, remove, destroy. At the end
 * nothing of ours may be left but what docs/guide/deploy.md says stays. It needs the AWS CLI. What was run is in the file `log`
 * of the folder.
 *
 *   AWS_ENDPOINT_URL=http://localhost:5000 node test/staging/team-year.ts FOLDER
 */
const [folder] = process.argv.slice(2);
const account = emulatedAccount(folder);
const { aws, ran } = account;

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
const [example] = context.servers;
const server = (name: string, fields: object = {}) => ({
  ...example,
  ...{ name, host: `${name}.abcdefghijkl.eu-west-1.rds.amazonaws.com` },
  logGroup: `/aws/rds/instance/${name}/postgresql`,
  ...fields,
});

function deploy(servers: readonly object[], ...args: readonly string[]): Ran {
  return account.deploy({ ...context, servers, reporting: { emails: ['on-call@example.com'] } }, ...args);
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

deploy([server('orders')]);
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
  (name) => name !== ASSETS,
);
expectThat('the bucket with the records stays', buckets.length, 1);

// What stays must not be in the way of a second deployment.
expectThat('deployed again', deploy([server('orders')]).code, 0);
expectThat('deployed again: one function', functionsThere(), ['orders']);
