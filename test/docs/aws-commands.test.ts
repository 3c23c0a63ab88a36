import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { preflightOf, preflightOfRegion } from '../../functions/core/declaration/preflight.ts';
import { preflightOfFleet } from '../../functions/core/declaration/preflight-fleet.ts';
import { nextStep } from '../../functions/core/fleet/next-command.ts';
import { cloudShellSwitch } from '../../functions/render/message/cloud-shell.ts';
import { mixedCell } from '../support/fleet-cells.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { awsCallsIn, awsProblem } from './aws-commands.ts';

/**
 * Operations of the AWS CLI 2.38 with their options, as its own models have them. Recorded with botocore; no test needs the
 * CLI.
 */
const OPERATIONS = JSON.parse(readFileSync(new URL('aws-cli-operations.json', import.meta.url), 'utf8'));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const inDocuments = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT })
  .toSorted()
  .filter((document) => document !== 'CHANGELOG.md')
  .flatMap((document) =>
    awsCallsIn(readFileSync(`${ROOT}${document}`, 'utf8'))
      // A sentence about a call has no options that could be checked.
      .filter(({ words }) => words.some((word) => word.startsWith('--')))
      .map((call) => ({ where: document, call })),
  );

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-Ab3dEf';
const server = {
  ...{
    name: 'orders',
    host: 'orders.abcdefghijkl.eu-west-1.rds.amazonaws.com',
    port: 5432,
    region: 'eu-west-1',
  },
  vpc: {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    availabilityZones: ['eu-west-1a'],
    subnetIds: ['subnet-0a1b2c3d4e5f60718'],
  },
  securityGroupIds: ['sg-0a1b2c3d4e5f60718'],
  logGroup: '/aws/rds/instance/orders/postgresql',
  memoryAccess: 'existing' as const,
  pooler: { kind: 'pgbouncer' as const, host: '10.0.1.9', secretArn: SECRET },
};
const kinds = (['metric', 'subscription', 'log-alarm', 'none'] as const).flatMap((alarm) => [
  { ...server, alarm, secretArn: SECRET },
  { ...server, alarm, resourceId: 'db-ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  { ...server, alarm, resourceId: 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
]);
const inPreflight = [
  ...preflightOfRegion('eu-west-1', kinds, { pagerDuty: { secretArn: SECRET } }),
  ...kinds.flatMap((each) => preflightOf(each)),
].flatMap(({ title, command }) =>
  awsCallsIn(command).map((call) => ({ where: `preflight: ${title}`, call })),
);
const inFleet = [
  ...preflightOfFleet('eu-west-1').map(({ command }) => command),
  ...mixedCell().places.flatMap((place) =>
    [place.next, ...place.lacking].map((gap) =>
      gap === null ? '' : (nextStep(place, gap.problem, 'eu-west-1').command ?? ''),
    ),
  ),
].flatMap((text) => awsCallsIn(text).map((call) => ({ where: 'a fleet', call })));
const recall = { kind: 'read', table: 'pg-headroom-memory', paused: null } as const;
const inMessages = awsCallsIn(cloudShellSwitch({ ...INCIDENTS.recovered(), recall }).join('\n')).map(
  (call) => ({
    where: 'messages',
    call,
  }),
);

describe('every call of the AWS CLI is one that the CLI takes', () => {
  test('there are many', () => {
    expect(inDocuments.length).toBeGreaterThan(25);
    expect(inPreflight.length).toBeGreaterThan(30);
    expect(inMessages.length).toBe(3);
    expect(inFleet.length).toBeGreaterThan(15);
  });

  test.each([...inDocuments, ...inPreflight, ...inFleet, ...inMessages])(
    '$where: aws $call.operation',
    ({ call }) => {
      expect(awsProblem(call, OPERATIONS)).toBeNull();
    },
  );
});

describe('the check of calls', () => {
  test.each([
    ['aws rds describe-db-instance --region x', 'there is no rds describe-db-instance'],
    ['aws rds describe-db-instances --db-instance DB', 'rds describe-db-instances has no --db-instance'],
    [
      "aws logs describe-subscription-filters --query 'a'",
      'logs describe-subscription-filters needs --log-group-name',
    ],
    [
      "aws rds describe-db-instances --output table --query 'a[].[b[]]'",
      'a table cannot show lists inside of rows',
    ],
  ])('refuses %s', (line, problem) => {
    expect(awsCallsIn(line).map((call) => awsProblem(call, OPERATIONS))).toEqual([problem]);
  });

  test('reads a call to its end, and the calls inside of it', () => {
    const calls = awsCallsIn(
      `x=$(aws sts get-caller-identity --query Arn) && aws s3 cp "a b" c; aws s3 sync d e | cat`,
    );
    expect(calls.map(({ operation }) => operation)).toEqual(['sts get-caller-identity', 's3 cp', 's3 sync']);
    expect(calls[1]?.words).toEqual(['"a b"', 'c']);
  });
});
