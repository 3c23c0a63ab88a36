import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLEET_BUNDLES, FLEET_ENV, FLEET_TABLES, HANDLER } from '../../functions/contract.ts';
import { selfSignedCertificates } from '../support/certificates.ts';
import { itemOfDatabase, keyOfDatabase } from '../support/fleet-cells.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from '../support/loopback-dynamodb.ts';
import { type LoopbackLambda, startLoopbackLambda } from '../support/loopback-lambda.ts';
import { startServer, type TestServer } from '../support/postgres-server.ts';

/** The bundle of the enrolment, with a real server and a secret of its master user. */

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-0a1b-Ab3dEf';
const KEY = keyOfDatabase('orders');

let server: TestServer;
let dynamodb: LoopbackDynamoDb;
let aws: LoopbackAws;
let lambda: LoopbackLambda;

beforeAll(async () => {
  const { ca, server: tls } = await selfSignedCertificates();
  server = await startServer({ version: 17, tls });
  await server.query('CREATE ROLE rds_iam');
  const caFile = join(server.folder, 'ca.pem');
  writeFileSync(caFile, ca);
  dynamodb = await startLoopbackDynamoDb([{ name: FLEET_TABLES.registry, key: 'key' }]);
  for (const item of [
    itemOfDatabase('orders', { host: server.host, port: server.port, tag: 'observe' }),
    itemOfDatabase('untagged', { host: server.host, port: server.port, tag: 'absent', standing: 'untagged' }),
  ])
    await dynamodb.put({ key: { S: item.key }, item: { S: JSON.stringify(item) } }, FLEET_TABLES.registry);
  const { user: username, password } = server.superuser;
  aws = await startLoopbackAws({
    secrets: { [SECRET]: { SecretString: JSON.stringify({ username, password }) } },
  });
  const environment = {
    ...aws.environment,
    ...dynamodb.environment,
    [FLEET_ENV.registry]: FLEET_TABLES.registry,
    HEADROOM_CA_FILE: caFile,
  };
  const enrol = { bundle: FLEET_BUNDLES.enrol, handler: HANDLER, timeoutSeconds: 60, environment };
  lambda = startLoopbackLambda({ functions: { enrol } });
});
afterAll(async () => {
  await lambda[Symbol.asyncDispose]();
  await Promise.all([server.stop(), dynamodb.close(), aws[Symbol.asyncDispose]()]);
});

const roles = () =>
  server.query(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'headroom%' ORDER BY rolname`);

describe('The enrolment', () => {
  test('makes both roles, and drops them again, by the secret of the master user', async () => {
    const made = await lambda.invokeAsync('enrol', { database: KEY, secret: SECRET });
    expect(made.response).toMatchObject({ database: KEY, name: 'orders', version: 17 });
    expect(await roles()).toEqual([{ rolname: 'headroom' }, { rolname: 'headroom_observer' }]);
    const undone = await lambda.invokeAsync('enrol', { database: KEY, secret: SECRET, undo: true });
    expect(undone.error).toBeNull();
    expect(await roles()).toEqual([]);
  });

  test('touches no database without the tag, and asks for no secret then', async () => {
    const asked = aws.requests.getSecretValue;
    const { error } = await lambda.invokeAsync('enrol', {
      database: keyOfDatabase('untagged'),
      secret: SECRET,
    });
    expect(error).toMatchObject({ errorType: 'event-refused' });
    expect(aws.requests.getSecretValue).toBe(asked);
    expect(await roles()).toEqual([]);
  });

  test('never says the password', () => {
    const said = lambda.logs.map(({ line }) => line).join('\n');
    expect(said).not.toContain(server.superuser.password);
  });
});
