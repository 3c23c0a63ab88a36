import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FLEET_BUNDLES, FLEET_ENV, FLEET_ROLES, FLEET_TABLES, HANDLER } from '../../functions/contract.ts';
import { loginVerdict, parseTriedLogin } from '../../functions/core/fleet/tried-login.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type EnrolledServer, startEnrolledServer } from '../support/enrolled-server.ts';
import { itemOfDatabase, keyOfDatabase } from '../support/fleet-cells.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { reload } from '../support/reload.ts';

/** What the bundle that ends sessions answers when it is asked for a login, by what a real server says. */

const ROLE = FLEET_ROLES.observes;
const TRUST = `hostssl all ${ROLE} all trust`;
/** No test server can ask IAM by PAM. What it asks here does not answer, which it reports by the same code and routine. */
const REFUSE = `hostssl all ${ROLE} all ident`;

let enrolled: EnrolledServer;
let dynamodb: LoopbackDynamoDb;
let rules: string;
let enrolledRules: string;

beforeAll(async () => {
  enrolled = await startEnrolledServer(await selfSignedCertificates());
  rules = join(enrolled.server.folder, 'pg_hba.conf');
  enrolledRules = readFileSync(rules, 'utf8');
  dynamodb = await startLoopbackDynamoDb([{ name: FLEET_TABLES.registry, key: 'key' }]);
  const { host, port } = enrolled.server;
  for (const item of [
    itemOfDatabase('test', { host, port, tag: 'absent', standing: 'untagged' }),
    itemOfDatabase('shut', { host, port: 1 }),
  ])
    await dynamodb.put({ key: { S: item.key }, item: { S: JSON.stringify(item) } }, FLEET_TABLES.registry);
});
afterAll(() => Promise.all([enrolled.server.stop(), dynamodb.close()]));
afterEach(() => letIn(TRUST));

/** From now on the server treats our role by this rule. */
async function letIn(rule: string): Promise<void> {
  writeFileSync(rules, enrolledRules.replace(TRUST, rule));
  await reload(enrolled.server);
}

async function tryLogin(name: string) {
  await using lambda = startLoopbackLambda({
    functions: {
      network: {
        bundle: FLEET_BUNDLES.remediate,
        handler: HANDLER,
        timeoutSeconds: 60,
        memoryMb: 512,
        environment: {
          ...LOOPBACK_IDENTITY,
          ...dynamodb.environment,
          [FLEET_ENV.registry]: FLEET_TABLES.registry,
          [FLEET_ENV.memory]: FLEET_TABLES.memory,
          [FLEET_ENV.outbox]: FLEET_TABLES.outbox,
          [FLEET_ENV.vpc]: 'vpc-0a1b2c3d4e5f60718',
          HEADROOM_CA_FILE: enrolled.caFile,
        },
      },
    },
  });
  const before = dynamodb.calls.length;
  const { response, error } = await lambda.invokeAsync('network', {
    proof: 1,
    database: keyOfDatabase(name),
  });
  const tried = parseTriedLogin(response);
  const calls = dynamodb.calls.slice(before).map(({ operation }) => operation);
  return { tried, error, calls, verdict: tried && loginVerdict(tried) };
}

describe('The function of a network that is asked for a login', () => {
  test('gets in where the server lets it in, whatever the registry says of the tag, and reads one item', async () => {
    const { tried, calls } = await tryLogin('test');
    expect(tried).toEqual({ isIn: true, code: null, refusals: [] });
    expect(calls).toEqual(['BatchGetItem']);
  });

  test('says that its token was refused, by the code and the routine of PAM', async () => {
    await letIn(REFUSE);
    const { tried, verdict } = await tryLogin('test');
    expect(tried).toMatchObject({
      ...{ isIn: false, code: 'connect-denied' },
      refusals: [{ sqlstate: '28000', routine: 'auth_failed', count: expect.any(Number) }],
    });
    expect(tried?.refusals[0]?.count).toBeLessThanOrEqual(3);
    expect(verdict).toBe('refused');
  });

  test.each([
    ['by a password, as without rds_iam', `hostssl all ${ROLE} all scram-sha-256`],
    ['by a rule', `hostssl all ${ROLE} all reject`],
  ])('does not take it for that where the server refuses it %s', async (_, other) => {
    await letIn(other);
    const { tried, verdict } = await tryLogin('test');
    expect(tried?.refusals.length).toBeGreaterThan(0);
    expect(verdict).toBe('other');
  });

  test('nor where the role is missing, or no server answers', async () => {
    await enrolled.server.query(`ALTER ROLE ${ROLE} RENAME TO away`);
    const missing = await tryLogin('test');
    await enrolled.server.query(`ALTER ROLE away RENAME TO ${ROLE}`);
    expect(missing).toMatchObject({ tried: { isIn: false }, verdict: 'other' });
    expect(await tryLogin('shut')).toMatchObject({
      tried: { code: 'connect-unreachable' },
      verdict: 'other',
    });
  });

  test('refuses a database that the registry does not have', async () => {
    const { error, tried } = await tryLogin('nowhere');
    expect(tried).toBeNull();
    expect(JSON.stringify(error)).toContain('event-refused');
  });
});
