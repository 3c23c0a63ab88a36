import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ATTENTION_INDEX,
  FLEET_BUNDLES,
  FLEET_ENV,
  FLEET_FUNCTIONS,
  FLEET_PARAMETERS,
  FLEET_ROLES,
  FLEET_TABLES,
  fleetRemediateName,
  HANDLER,
  REPORT_ENV,
} from '../../functions/contract.ts';
import { REMEDIATE_ENV } from '../../functions/core/declaration/remediate-variables.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackDynamoDb, TABLE } from '../support/loopback-dynamodb.ts';
import { startLoopbackFleetApis } from '../support/loopback-fleet-apis.ts';
import { startLoopbackFunctions } from '../support/loopback-functions.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { startServer, type TestServer } from '../support/postgres-server.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { waitUntil } from '../support/wait-until.ts';

/** The bundles of a cell with one real server: from the API of RDS to the message. Its server takes a role's word over TLS. */

const VPC = 'vpc-0a1b2c3d';
const KEY = `${VPC}#db-ORDERS`;
const REMEDIATE = fleetRemediateName(VPC);
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
const PERIOD_MS = 300_000;

let server: TestServer;
let caFile: string;

beforeAll(async () => {
  const { ca, server: tls } = await selfSignedCertificates();
  server = await startServer({ version: 18, tls });
  await createLeastPrivilegeRole(server, FLEET_ROLES.signals);
  await createRole(server, FLEET_ROLES.observes);
  await server.query(`GRANT pg_read_all_stats, pg_use_reserved_connections TO ${FLEET_ROLES.observes}`);
  caFile = join(server.folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const rules = join(server.folder, 'pg_hba.conf');
  const ours = Object.values(FLEET_ROLES).map(
    (role) => `hostssl all ${role} all trust\nhost all ${role} all reject\n`,
  );
  writeFileSync(rules, `${ours.join('')}${readFileSync(rules, 'utf8')}`);
  process.kill(server.processId, 'SIGHUP');
  await waitUntil(() => server.log().includes('reloading configuration files'), {
    what: 'the server had reloaded',
  });
});
afterAll(() => server.stop());

async function openCell(stack: AsyncDisposableStack) {
  const aws = stack.use(await startLoopbackAws());
  const apis = stack.use(await startLoopbackFleetApis());
  const invoked = stack.use(await startLoopbackFunctions({}));
  const dynamodb = stack.use(
    await startLoopbackDynamoDb([
      { name: FLEET_TABLES.registry, key: 'key' },
      { name: FLEET_TABLES.claims, key: 'key' },
      { name: FLEET_TABLES.outbox, key: 'key', sort: 'run' },
      { name: 'fleet-memory', key: 'server', index: ATTENTION_INDEX },
    ]),
  );
  const common = {
    ...{ ...aws.environment, ...apis.environment, ...invoked.environment, ...dynamodb.environment },
    [FLEET_ENV.registry]: FLEET_TABLES.registry,
    [FLEET_ENV.memory]: 'fleet-memory',
    [FLEET_ENV.claims]: FLEET_TABLES.claims,
    [FLEET_ENV.outbox]: FLEET_TABLES.outbox,
    [FLEET_ENV.triggers]: FLEET_FUNCTIONS.triggers,
    [FLEET_ENV.report]: FLEET_FUNCTIONS.report,
    [FLEET_ENV.periodMinutes]: '5',
    [FLEET_ENV.hub]: '',
    [REMEDIATE_ENV.caFile]: caFile,
    [REPORT_ENV.topic]: TOPIC,
    [REPORT_ENV.table]: 'fleet-memory',
  };
  const of = (bundle: string) => ({ bundle, handler: HANDLER, timeoutSeconds: 60, environment: common });
  const lambda = stack.use(
    startLoopbackLambda({
      functions: {
        [FLEET_FUNCTIONS.dispatch]: of(FLEET_BUNDLES.dispatch),
        [REMEDIATE]: of(FLEET_BUNDLES.remediate),
        [FLEET_FUNCTIONS.report]: of(FLEET_BUNDLES.report),
      },
    }),
  );
  apis.parameters.set(
    `${FLEET_PARAMETERS.network}/${VPC}`,
    JSON.stringify({ function: `arn:aws:lambda:eu-west-1:111122223333:function:${REMEDIATE}`, reaches: [] }),
  );
  const show = (port: number, value = 'enforce') =>
    apis.instances.splice(
      0,
      1,
      `<DBInstanceIdentifier>orders</DBInstanceIdentifier><DbiResourceId>db-ORDERS</DbiResourceId><Engine>postgres</Engine>
       <DBInstanceClass>db.m7g.large</DBInstanceClass><DBInstanceStatus>available</DBInstanceStatus>
       <Endpoint><Address>${server.host}</Address><Port>${port}</Port></Endpoint><DBSubnetGroup><VpcId>${VPC}</VpcId></DBSubnetGroup>
       <IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>
       <TagList><Tag><Key>pg-headroom</Key><Value>${value}</Value></Tag><Tag><Key>team</Key><Value>shop</Value></Tag></TagList>`,
    );
  show(server.port);
  let periods = 0;
  const dispatch = async () => {
    const scheduledTime = new Date(Date.now() + PERIOD_MS * periods++).toISOString();
    const event = { source: 'pg-headroom.schedule', scheduledTime, scheduleArn: 'arn' };
    const before = invoked.invocations.length;
    await lambda.invokeAsync(FLEET_FUNCTIONS.dispatch, event);
    return invoked.invocations.slice(before).map((text) => JSON.parse(text));
  };
  const run = async (event: unknown) => lambda.invokeAsync(REMEDIATE, event);
  /** What the stream of the outbox delivers for a run. */
  const report = async (runId: string) => {
    const NewImage = await dynamodb.getFrom(FLEET_TABLES.outbox, { key: { S: KEY }, run: { S: runId } });
    if (NewImage === undefined) return false;
    await lambda.invokeAsync(FLEET_FUNCTIONS.report, {
      Records: [{ eventSource: 'aws:dynamodb', dynamodb: { NewImage } }],
    });
    return true;
  };
  const said = () => lambda.logs.map(({ line }) => line).join('\n');
  return { aws, dynamodb, dispatch, run, report, show, said };
}

describe('A cell of bundles', () => {
  let stack: AsyncDisposableStack;
  let cell: Awaited<ReturnType<typeof openCell>>;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    cell = await openCell(stack);
    return () => stack.disposeAsync();
  });

  test('registers a tagged database, looks as the role that only observes, and tells once what is wrong with it', async () => {
    const [event] = await cell.dispatch();
    expect(event).toMatchObject({ fleet: 1, database: KEY, trigger: 'sweep', policy: 'default' });
    const first = await cell.run(event);
    expect(first.error).toBeNull();
    expect(await cell.report(first.requestId)).toBe(true);
    expect(JSON.stringify(cell.aws.published)).toContain(
      `Role ${FLEET_ROLES.observes} has no CONNECTION LIMIT`,
    );
    const second = await cell.run(event);
    expect(await cell.report(second.requestId)).toBe(false);
    expect(cell.said()).toContain('"event":"quiet-run"');
    expect(cell.aws.published).toHaveLength(1);
    expect(cell.said()).toContain('"UnwellDatabases":0');
    expect(cell.said()).not.toMatch(/X-Amz-|loopback-s/);
  });

  test('tells a database that is out of reach at its second run, with its owner, and tries it less often', async () => {
    cell.show(1);
    const [event] = await cell.dispatch();
    for (const expected of [0, 1]) {
      const { requestId } = await cell.run(event);
      expect(await cell.report(requestId)).toBe(true);
      expect(cell.aws.published).toHaveLength(expected);
    }
    const message = JSON.stringify(cell.aws.published);
    expect(message).toContain('orders');
    expect(message).toContain('shop');
    expect(await cell.dispatch()).toEqual([]);
    expect(cell.said()).toContain('"UnwellDatabases":1');
  });

  test('touches nothing of a database that was untagged between event and run', async () => {
    const [event] = await cell.dispatch();
    cell.show(server.port, 'off');
    await cell.dispatch();
    await cell.run(event);
    expect(cell.said()).toContain('"event":"nothing-to-do"');
  });

  test('does nothing and says so while its registry cannot be read', async () => {
    const [event] = await cell.dispatch();
    cell.dynamodb.behave('denying');
    const { error } = await cell.run(event);
    expect(JSON.stringify(error)).toContain('registry-unreadable');
  });
});

test('The memory of a fleet has the name of the table for one server', () => {
  expect(FLEET_TABLES.memory).toBe(TABLE);
});
