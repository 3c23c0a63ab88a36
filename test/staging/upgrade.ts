import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { emulatedAccount, expectThat, type Template, templateText, wordsOf } from './emulated-account.ts';

/**
 * Deploys the templates that an earlier version wrote into an emulator of AWS (moto), and updates them to this version by
 * its package: every resource keeps its physical id, and what is remembered stays.
 *
 *   AWS_ENDPOINT_URL=http://localhost:5000 node test/staging/upgrade.ts FOLDER [VERSION]
 */
const EARLIER = new URL('../infra/earlier-templates/', import.meta.url);
/** Where the CDK's bootstrap of the emulator's account has the functions' code. */
const CODE = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
const EMPTY_FUNCTION = zipSync({ 'index.mjs': new TextEncoder().encode('export const handler = () => {};') });

/** Types that the emulator cannot update: whatever changed in them, it loses the resource. They are left as they were. */
const NOT_UPDATED = [
  'AWS::DynamoDB::Table',
  'AWS::IAM::ManagedPolicy',
  'AWS::KMS::Key',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
];

const [folder = '', wanted = ''] = process.argv.slice(2);
const version = readdirSync(EARLIER).findLast((file) => file.startsWith(wanted)) ?? wanted;
const { declared, templates } = JSON.parse(readFileSync(new URL(version, EARLIER), 'utf8'));
/** An endpoint needs a VPC that the emulator made itself, under an id of its own. So the endpoint is taken as made by hand. */
const servers = declared.servers.map((server: { readonly memoryAccess?: unknown }) =>
  typeof server.memoryAccess === 'object' ? { ...server, memoryAccess: 'existing' } : server,
);
const { aws, deploy } = emulatedAccount(folder, asTheEmulatorUpdates);
const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
const stacks = Object.keys(templates).filter((stack) => stack !== 'pg-headroom-network');

function asTheEmulatorUpdates(stack: string, template: Template): Template {
  const { Resources: before = {} }: Partial<Template> = templates[stack] ?? {};
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => [
      id,
      NOT_UPDATED.includes(resource.Type) ? (before[id] ?? resource) : resource,
    ]),
  );
  return { ...template, Resources };
}

/** What the templates of a team with the CDK find in its account. */
function prepare(): void {
  aws(
    'ssm',
    'put-parameter',
    '--name',
    '/cdk-bootstrap/hnb659fds/version',
    '--type',
    'String',
    '--value',
    '30',
  );
  aws('s3', 'mb', `s3://${CODE}`);
  const zip = join(folder, 'function.zip');
  writeFileSync(zip, EMPTY_FUNCTION);
  for (const key of new Set(JSON.stringify(templates).match(/\b[0-9a-f]{64}\.zip\b/g)))
    aws('s3', 'cp', zip, `s3://${CODE}/${key}`);
  for (const { logGroup } of declared.servers) aws('logs', 'create-log-group', '--log-group-name', logGroup);
}

function createEarlier(stack: string): void {
  const file = join(folder, 'earlier', `${stack}.json`);
  writeFileSync(file, templateText(templates[stack]));
  const template = [
    '--template-body',
    `file://${file}`,
    '--capabilities',
    'CAPABILITY_IAM',
    'CAPABILITY_NAMED_IAM',
  ];
  aws('cloudformation', 'create-stack', '--stack-name', stack, ...template);
  const status = aws(
    'cloudformation',
    'describe-stacks',
    '--stack-name',
    stack,
    '--query',
    'Stacks[].StackStatus',
  );
  expectThat(`${version}: ${stack} is deployed`, status, 'CREATE_COMPLETE');
}

/** The physical id of each resource of a stack, by its logical id. What the emulator ignores has none. */
function resourcesOf(stack: string): ReadonlyMap<string, string> {
  const query = 'StackResources[?PhysicalResourceId].join(`=`,[LogicalResourceId,PhysicalResourceId])';
  const said = aws('cloudformation', 'describe-stack-resources', '--stack-name', stack, '--query', query);
  return new Map(
    wordsOf(said).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}

mkdirSync(join(folder, 'earlier'), { recursive: true });
prepare();
for (const stack of stacks) createEarlier(stack);
const before = new Map(stacks.map((stack) => [stack, resourcesOf(stack)]));
const table =
  [...(before.get('pg-headroom-reporting') ?? [])].find(([id]) => id.startsWith('ReportingMemory'))?.[1] ??
  '';
aws('dynamodb', 'put-item', '--table-name', table, '--item', '{"server":{"S":"orders"},"version":{"N":"1"}}');

expectThat('updated to this version', deploy({ ...context, ...declared, servers }).code, 0);
for (const [stack, ids] of before) {
  const now = resourcesOf(stack);
  expectThat(
    `${stack}: of ${ids.size} resources, those with another id`,
    [...ids].filter(([id, physical]) => now.get(id) !== physical),
    [],
  );
}
expectThat(
  'what is remembered stays',
  aws(
    'dynamodb',
    'get-item',
    '--table-name',
    table,
    '--key',
    '{"server":{"S":"orders"}}',
    '--query',
    'Item.version.N',
  ),
  '1',
);
