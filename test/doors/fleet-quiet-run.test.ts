import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLEET_BUNDLES, FLEET_ENV, FLEET_TABLES, HANDLER } from '../../functions/contract.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { type EnrolledServer, startEnrolledServer } from '../support/enrolled-server.ts';
import { itemOfDatabase, keyOfDatabase } from '../support/fleet-cells.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';

/** What a quiet run of a fleet asks of AWS and writes: what the cost of a cell is counted by. */

const KEY = keyOfDatabase('orders');
/** With 26 bytes that CloudWatch adds to each line. The cost of a cell is counted with as many. */
const MOST_LOG_BYTES = 250;

let enrolled: EnrolledServer;
let dynamodb: LoopbackDynamoDb;

beforeAll(async () => {
  enrolled = await startEnrolledServer(await selfSignedCertificates());
  dynamodb = await startLoopbackDynamoDb([{ name: FLEET_TABLES.registry, key: 'key' }]);
  const item = itemOfDatabase('orders', { host: enrolled.server.host, port: enrolled.server.port });
  await dynamodb.put({ key: { S: KEY }, item: { S: JSON.stringify(item) } }, FLEET_TABLES.registry);
});
afterAll(() => Promise.all([enrolled.server.stop(), dynamodb.close()]));

test('A quiet run makes one request of DynamoDB, writes nothing, and logs within what its cost counts', async () => {
  await using lambda = startLoopbackLambda({
    functions: {
      quiet: {
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
  const run = () =>
    lambda.invokeAsync('quiet', {
      fleet: 1,
      database: KEY,
      trigger: 'sweep',
      at: new Date().toISOString(),
      policy: 'default',
    });
  expect((await run()).error).toBeNull();
  const [calls, lines] = [dynamodb.calls.length, lambda.logs.length];
  const { error, coldStart } = await run();
  expect({ error, coldStart }).toEqual({ error: null, coldStart: false });
  expect(dynamodb.calls.slice(calls)).toEqual([{ operation: 'BatchGetItem', error: null }]);
  const logged = lambda.logs.slice(lines);
  expect(logged.map(({ line }) => line).join('\n')).toContain('quiet-run');
  const bytes = logged.reduce((sum, { line }) => sum + Buffer.byteLength(line) + 26, 0);
  expect(bytes).toBeLessThanOrEqual(MOST_LOG_BYTES);
});
