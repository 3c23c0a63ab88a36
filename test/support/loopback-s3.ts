import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { LOOPBACK_IDENTITY, LOOPBACK_REGION, startLoopbackServer } from './loopback-server.ts';

/** What S3 can answer on demand; the last one is no answer at all. */
export type S3Failure = 'SlowDown' | 'InternalError' | 'AccessDenied' | 'silence';

export type S3Object = { readonly contentType: string; readonly body: Buffer };

/**
 * Amazon S3 on 127.0.0.1, for PUT and GET of an object, and to list and delete objects. It calculates hash and signature itself, without the SDK, and
 * compares.
 */
export type LoopbackS3 = AsyncDisposable & {
  readonly environment: Readonly<Record<string, string>>;
  /** By bucket and key. */
  readonly objects: ReadonlyMap<string, S3Object>;
  /** Puts an object there without a request. */
  readonly put: (place: string, object: S3Object) => void;
  /** Requests that arrived, including refused ones. */
  readonly requests: () => number;
  /** The answer to the next `count` requests. */
  readonly fail: (count: number, failure: S3Failure) => void;
};

const STATUS = { SlowDown: 503, InternalError: 500, AccessDenied: 403 } as const;

export async function startLoopbackS3(
  buckets: readonly string[],
  region: string = LOOPBACK_REGION,
): Promise<LoopbackS3> {
  const objects = new Map<string, S3Object>();
  let [requests, failures, failure] = [0, 0, 'InternalError' as S3Failure];

  const answer = (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    requests += 1;
    if (failures > 0) {
      failures -= 1;
      if (failure !== 'silence') refuse(response, STATUS[failure], failure);
      return;
    }
    const [, bucket = '', key = ''] = /^\/([^/?]+)\/?([^?]*)/.exec(request.url ?? '') ?? [];
    const place = `${bucket}/${decodeURIComponent(key)}`;
    const refusal = refusalOf(request, body, region);
    if (refusal !== null) refuse(response, 403, refusal);
    else if (!buckets.includes(bucket)) refuse(response, 404, 'NoSuchBucket');
    else if (request.method === 'GET' && key === '') list(objects, bucket, request.url ?? '', response);
    else if (request.method === 'POST') erase(objects, bucket, body.toString(), response);
    else if (request.method === 'GET') give(objects.get(place), response);
    else if (!isMet(request.headers, objects.get(place))) refuse(response, 412, 'PreconditionFailed');
    else {
      objects.set(place, { contentType: request.headers['content-type'] ?? '', body });
      response.writeHead(200, { etag: etagOf(body) }).end();
    }
  };
  const server = await startLoopbackServer((request, _, response, body) => answer(request, body, response));
  return {
    environment: {
      ...LOOPBACK_IDENTITY,
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: `http://${server.address}`,
    },
    objects,
    put: (place, object) => {
      objects.set(place, object);
    },
    requests: () => requests,
    fail: (count, which) => {
      [failures, failure] = [count, which];
    },
    [Symbol.asyncDispose]: server.close,
  };
}

function give(object: S3Object | undefined, response: ServerResponse): void {
  if (object === undefined) refuse(response, 404, 'NoSuchKey');
  else
    response
      .writeHead(200, { 'content-type': object.contentType, etag: etagOf(object.body) })
      .end(object.body);
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The conditions of a write: that there is no object, or that it is this one. */
function isMet(headers: IncomingHttpHeaders, object: S3Object | undefined): boolean {
  if (headers['if-none-match'] === '*') return object === undefined;
  const match = headers['if-match'];
  return match === undefined || (object !== undefined && match === etagOf(object.body));
}

const MOST_LISTED = 1_000;

function list(
  objects: ReadonlyMap<string, S3Object>,
  bucket: string,
  url: string,
  response: ServerResponse,
): void {
  const query = new URL(url, 'http://loopback').searchParams;
  const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
  const from = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()]
    .filter((place) => place.startsWith(prefix))
    .map((place) => place.slice(bucket.length + 1))
    .toSorted()
    .filter((key) => key > from);
  const shown = keys.slice(0, MOST_LISTED);
  const more =
    keys.length > shown.length ? `<NextContinuationToken>${shown.at(-1)}</NextContinuationToken>` : '';
  const contents = shown.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  const xml = `<ListBucketResult><IsTruncated>${more !== ''}</IsTruncated>${more}${contents}</ListBucketResult>`;
  response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
}

function erase(objects: Map<string, S3Object>, bucket: string, body: string, response: ServerResponse): void {
  for (const [, key = ''] of body.matchAll(/<Key>([^<]+)<\/Key>/g)) objects.delete(`${bucket}/${key}`);
  response.writeHead(200, { 'content-type': 'application/xml' }).end('<DeleteResult></DeleteResult>');
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>loopback</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
}

function refusalOf(request: IncomingMessage, body: Buffer, region: string): string | null {
  const { method = '', url = '', headers } = request;
  const secret = LOOPBACK_IDENTITY.AWS_SECRET_ACCESS_KEY;
  if (!['PUT', 'GET', 'POST'].includes(method)) return 'MethodNotAllowed';
  if (headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  if (headers['x-amz-security-token'] !== LOOPBACK_IDENTITY.AWS_SESSION_TOKEN) return 'InvalidToken';
  const [, scope = '', signed = '', given = ''] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (!new RegExp(`^\\d{8}/${region}/s3/aws4_request$`).test(scope)) return 'AuthorizationHeaderMalformed';
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => signed.split(';').includes(name)))
    return 'AccessDenied';
  const [path = '', query = ''] = url.split('?');
  const own = signatureOf({ method, path, query, headers, signed, scope, secret });
  return timingSafeEqual(Buffer.from(own), Buffer.from(given)) ? null : 'SignatureDoesNotMatch';
}

type Signed = {
  readonly method: string;
  /** As it stands in the request. */
  readonly path: string;
  /** The part after the question mark. No name appears twice in it. */
  readonly query?: string;
  readonly headers: IncomingHttpHeaders;
  /** Names of the signed headers, in order, separated by semicolons. */
  readonly signed: string;
  /** Day, region, service and `aws4_request`. */
  readonly scope: string;
  readonly secret: string;
};

/** AWS's signature, version 4, in S3's form: the path is signed as it stands, the query in the order of its names. */
export function signatureOf({ method, path, query = '', headers, signed, scope, secret }: Signed): string {
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const canonical = [
    method,
    path,
    query.split('&').toSorted().join('&'),
    lines.join(''),
    signed,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
