import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Environment } from '../config.ts';
import { coerceError } from '../core/errors.ts';
import { type Memory, type MemoryPlace, memoryUnreadable, type Recall } from '../core/memory.ts';
import { keyOf, memoryOf } from './memory-item.ts';

/** One try, for a full server waits: whoever has no answer by then decides without. */
const RECALL_MS = 500;

/**
 * What `remediate` asks of memory, by a signed request of its own: DynamoDB's client would take longer to load than a
 * run takes to free slots. Never throws.
 */
export function recallFrom(
  server: string,
  table: string | null,
  environment: Environment,
): () => Promise<Recall | null> {
  return async () => {
    if (table === null) return null;
    const place = { server, table };
    try {
      const { paused } = await getMemory(place, environment);
      return { kind: 'read', table, paused };
    } catch (thrown) {
      const error = coerceError(thrown);
      const known = error.code === 'memory-unreadable' ? error : memoryUnreadable(place, error.message);
      return { kind: 'unreadable', table, problem: known.toProblem() };
    }
  };
}

async function getMemory(place: MemoryPlace, environment: Environment): Promise<Memory> {
  const signal = AbortSignal.timeout(RECALL_MS);
  const url = new URL(endpointOf(environment));
  const body = JSON.stringify({ TableName: place.table, Key: keyOf(place), ConsistentRead: true });
  // Loaded here because not every function has a memory, and because a connect is under way meanwhile.
  const { signerFor } = await import('./signing.ts');
  const { headers } = await signerFor('dynamodb', environment).sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
    },
    body,
  });
  const answer = await post(url, headers, body, signal).catch((thrown: unknown) => {
    const found = signal.aborted ? `no answer in ${RECALL_MS} ms` : coerceError(thrown).message;
    throw memoryUnreadable(place, found);
  });
  const { Item, __type, message, Message } = fieldsOf(answer.body);
  if (answer.status === 200) return memoryOf(place, Item);
  const [name, why] = [String(__type ?? answer.status).replace(/^.*#/, ''), message ?? Message];
  throw memoryUnreadable(place, why === undefined ? name : `${name}: ${why}`);
}

/** An address of its own for tests, else the region's. */
function endpointOf({ AWS_ENDPOINT_URL_DYNAMODB, AWS_REGION = '' }: Environment): string {
  const domain = AWS_REGION.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return AWS_ENDPOINT_URL_DYNAMODB ?? `https://dynamodb.${AWS_REGION}.${domain}`;
}

async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  // Measured: fetch takes 51 ms of CPU for its first call, this 26.
  const { request } = await (url.protocol === 'http:' ? import('node:http') : import('node:https'));
  const call = request(url, { method: 'POST', headers, signal, agent: false });
  // Whoever waits learns of a failure there; one that comes later is nobody's.
  call.on('error', () => {});
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
