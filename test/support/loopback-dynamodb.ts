import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import dynalite from 'dynalite';
import { startLoopbackServer } from './loopback-server.ts';
import { signatureProblem } from './request-signature.ts';

export const TABLE = 'pg-headroom-memory';

/** A call with its answer; `error` is the name of DynamoDB's error. */
export type Call = { readonly operation: string; readonly error: string | null };

/** How the service behaves: normally, as for a role without the right, with errors, or without an answer. */
export type Behaviour = 'well' | 'denying' | 'failing' | 'silent';

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** DynamoDB on 127.0.0.1 with one table: dynalite, behind a server that checks each request's signature. */
export type LoopbackDynamoDb = AsyncDisposable & {
  /** Points clients here, in this process or in another. */
  readonly environment: { readonly AWS_ENDPOINT_URL_DYNAMODB: string };
  /** The answered calls, in order. */
  readonly calls: readonly Call[];
  /** From now on; `only` may limit it to one operation. */
  readonly behave: (behaviour: Behaviour, only?: string) => void;
  /** Writes an item of any form directly, without signature and without a call. */
  readonly put: (item: Item, table?: string) => Promise<void>;
  readonly get: (server: string) => Promise<Item | undefined>;
  /** An item of a further table, by its whole key. */
  readonly getFrom: (table: string, key: Item) => Promise<Item | undefined>;
  /** Every item of a table. */
  readonly all: (table: string) => Promise<readonly Item[]>;
  readonly close: () => Promise<void>;
};

const DENIED = {
  __type: 'com.amazon.coral.service#AccessDeniedException',
  Message: 'User: arn:aws:sts::111122223333:assumed-role/headroom is not authorized to perform this',
};
const FAILED = { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'Try again.' };

/** A further table: the attributes of its key, and of the key of its one index. */
export type FurtherTable = {
  readonly name: string;
  readonly key: string;
  readonly sort?: string;
  readonly index?: string;
};

/** The index has the name of its key. */
function creationOf({ name, key, sort, index }: FurtherTable): object {
  const attributes = [key, sort, index].filter((each) => each !== undefined);
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
  return {
    TableName: name,
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [hash(key), ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' }])],
    BillingMode: 'PAY_PER_REQUEST',
    ...(index !== undefined && {
      GlobalSecondaryIndexes: [
        { IndexName: index, KeySchema: [hash(index)], Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  };
}

export async function startLoopbackDynamoDb(
  further: readonly FurtherTable[] = [],
): Promise<LoopbackDynamoDb> {
  const engine = dynalite({ createTableMs: 0 });
  const calls: Call[] = [];
  let how: { readonly behaviour: Behaviour; readonly only: string | undefined } = {
    behaviour: 'well',
    only: undefined,
  };

  const server = await startLoopbackServer((request, body, response) => {
    const operation = operationOf(request);
    const answer = (status: number, document: object) => {
      calls.push({ operation, error: nameOf(document) });
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify(document));
    };
    const behaviour = how.only === undefined || how.only === operation ? how.behaviour : 'well';
    const problem = signatureProblem(request, body, 'dynamodb');
    if (problem !== null)
      answer(400, { __type: 'com.amazon.coral.service#InvalidSignatureException', message: problem });
    else if (behaviour === 'denying') answer(400, DENIED);
    else if (behaviour === 'failing') answer(500, FAILED);
    else if (behaviour === 'well')
      ask(engine, operation, body).then(({ status, document }) => answer(status, document));
  });
  const direct = async (operation: string, document: object): Promise<Readonly<Record<string, unknown>>> =>
    (await ask(engine, operation, JSON.stringify({ TableName: TABLE, ...document }))).document;
  for (const table of [{ name: TABLE, key: 'server' }, ...further]) {
    const { name } = table;
    await direct('CreateTable', creationOf(table));
    const isActive = async () =>
      JSON.stringify(await direct('DescribeTable', { TableName: name })).includes('"ACTIVE"');
    while (!(await isActive())) await sleep(5);
  }
  return {
    environment: { AWS_ENDPOINT_URL_DYNAMODB: `http://${server.address}` },
    calls,
    behave: (behaviour, only) => {
      how = { behaviour, only };
    },
    put: async (item, table = TABLE) => {
      await direct('PutItem', { TableName: table, Item: item });
    },
    getFrom: async (table, key) => {
      const { Item } = await direct('GetItem', { TableName: table, Key: key, ConsistentRead: true });
      return Item as Item | undefined;
    },
    all: async (table) => {
      const { Items } = await direct('Scan', { TableName: table, ConsistentRead: true });
      return (Items ?? []) as readonly Item[];
    },
    get: async (name) => {
      const { Item } = await direct('GetItem', { Key: { server: { S: name } }, ConsistentRead: true });
      return Item as Item | undefined;
    },
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
}

function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).replace('DynamoDB_20120810.', '');
}

/** The name in an error's type, or null. */
function nameOf(document: object): string | null {
  const type: unknown = Reflect.get(document, '__type');
  return typeof type === 'string' ? type.replace(/^.*#/, '') : null;
}

type Answer = { readonly status: number; readonly document: Readonly<Record<string, unknown>> };

/** Passes a request to the engine as if it had come by the engine's own port. */
function ask(engine: ReturnType<typeof dynalite>, operation: string, body: string): Promise<Answer> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': 'checked before',
    authorization: 'AWS4-HMAC-SHA256 Credential=checked, SignedHeaders=before, Signature=this',
  };
  const request = Object.assign(Readable.from([Buffer.from(body)]), { method: 'POST', url: '/', headers });
  return new Promise((resolve) => {
    const response = {
      statusCode: 200,
      setHeader: () => {},
      end: (text: string) => resolve({ status: response.statusCode, document: JSON.parse(text) }),
    };
    engine.emit('request', request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
}
