import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { type LoopbackAws, startLoopbackAws } from './loopback-aws.ts';
import { type LoopbackDynamoDb, startLoopbackDynamoDb } from './loopback-dynamodb.ts';
import { LOOPBACK_IDENTITY } from './loopback-server.ts';

/** What a report talks to with its real clients. It is another one in each test, but for the table. */
export type Wire = {
  readonly aws: LoopbackAws;
  readonly dynamodb: LoopbackDynamoDb;
  /** A server's name of its own, so that no test finds the memory of another one. */
  readonly server: string;
};

/** Registers the hooks of a test file: its reports use one table of dynalite's, and topics on loopback for each test. */
export function reportOverWire(serverPrefix: string): Wire {
  let wire: Wire;
  let dynamodb: LoopbackDynamoDb;
  let servers = 0;
  beforeAll(async () => {
    dynamodb = await startLoopbackDynamoDb();
  });
  afterAll(() => dynamodb.close());
  beforeEach(async () => {
    const aws = await startLoopbackAws();
    const environment = { ...LOOPBACK_IDENTITY, ...aws.environment, ...dynamodb.environment };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    servers += 1;
    wire = { aws, dynamodb, server: `${serverPrefix}-${servers}` };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    dynamodb.behave('well');
    await wire.aws.close();
  });
  return {
    get aws() {
      return wire.aws;
    },
    get dynamodb() {
      return wire.dynamodb;
    },
    get server() {
      return wire.server;
    },
  };
}
