import type { IncomingMessage } from 'node:http';
import type { Environment } from '../config.ts';
import { signedHeaders } from './signing.ts';

/** An operation of a service that speaks JSON. */
export type JsonCall = {
  /** As in its host name and in signatures. */
  readonly service: 'dynamodb' | 'secretsmanager';
  readonly contentType: string;
  readonly target: string;
  readonly body: object;
};

export type JsonAnswer = {
  readonly isSuccess: boolean;
  /** The service's own fault, or its being busy: the same call may fare better later. */
  readonly isPassing: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Of what is no success: the error's name, and what the service says about it. */
  readonly why: { readonly name: string; readonly text: string };
};

/**
 * One signed request and its answer. The SDK's clients do the same with many choices; to load one takes longer than a run
 * takes to free slots.
 * @throws whatever the way there, or the signal, ends in.
 */
export async function callJson(
  { service, contentType, target, body }: JsonCall,
  environment: Environment,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const url = new URL(endpointOf(service, environment));
  const payload = JSON.stringify(body);
  const headers = signedHeaders(service, environment, {
    method: 'POST',
    path: '/',
    headers: { host: url.host, 'content-type': contentType, 'x-amz-target': target },
    body: payload,
  });
  // Neither fetch nor imports, which load all of a module's parts: fetch takes 51 ms of CPU for its first call, this 26.
  const { once } = process.getBuiltinModule('node:events');
  const { text } = process.getBuiltinModule('node:stream/consumers');
  const { request } = process.getBuiltinModule(url.protocol === 'http:' ? 'node:http' : 'node:https');
  const call = request(url, { method: 'POST', headers, signal, agent: false });
  // Whoever waits learns of a failure there; one that comes later is nobody's.
  call.on('error', () => {});
  call.end(payload);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return answerOf(response.statusCode ?? 0, fieldsOf(parseJson(await text(response))));
}

/** The language's own error quotes a part of the text, which may be one of a secret. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error('an answer that is no JSON');
  }
}

function answerOf(status: number, fields: JsonAnswer['fields']): JsonAnswer {
  const { __type, message, Message } = fields;
  const name = String(__type ?? status).replace(/^.*#/, '');
  const said = message ?? Message;
  return {
    isSuccess: status === 200,
    isPassing: status >= 500 || status === 429 || name.startsWith('Throttling'),
    fields,
    why: { name, text: said === undefined ? name : `${name}: ${said}` },
  };
}

/** An address of its own for tests, else the region's. */
function endpointOf(service: JsonCall['service'], environment: Environment): string {
  const { AWS_REGION = '' } = environment;
  const given = {
    dynamodb: environment.AWS_ENDPOINT_URL_DYNAMODB,
    secretsmanager: environment.AWS_ENDPOINT_URL_SECRETS_MANAGER,
  }[service];
  const domain = AWS_REGION.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return given ?? `https://${service}.${AWS_REGION}.${domain}`;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
