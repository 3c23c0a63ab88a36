import type { Environment } from '../config.ts';
import { RemediationError } from '../core/errors.ts';

/** Not by an import, which would load all of its parts, web cryptography among them: 3 ms (npm run bench -- load). */
const { createHash, createHmac } = process.getBuiltinModule('node:crypto');

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What is signed of a request. */
export type Signable = {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As it travels. S3 signs it so; for other services it must need no escaping, as "/" does not. */
  readonly path: string;
  /** By lower-case name, without line breaks and runs of blanks; `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/**
 * AWS's Signature Version 4, as whom the function runs, in the header of a request: all headers that it then has.
 * Written here because the library takes a third as long to load as the rest of what a run needs to get in; the tests
 * compare the two.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function signedHeaders(
  service: string,
  environment: Environment,
  { method, path, headers, body = '' }: Signable,
): Readonly<Record<string, string>> {
  const signer = signerFor(service, environment);
  const bodyHash = sha256(body);
  const signed: Record<string, string> = {
    ...headers,
    'x-amz-date': signer.at,
    'x-amz-content-sha256': bodyHash,
    ...(signer.token && { 'x-amz-security-token': signer.token }),
  };
  const names = Object.keys(signed).toSorted();
  const lines = names.map((name) => `${name}:${signed[name]?.trim()}\n`).join('');
  const signature = signer.sign([method, path, '', lines, names.join(';'), bodyHash].join('\n'));
  const authorization = `${ALGORITHM} Credential=${signer.credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...signed, authorization };
}

/**
 * The same in the query of a URL without other headers than `host`, as text: whoever has it may use it for so long.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function signedQuery(
  service: string,
  environment: Environment,
  { host, query }: { readonly host: string; readonly query: Readonly<Record<string, string>> },
  expiresInSeconds: number,
): string {
  const signer = signerFor(service, environment);
  const fields = {
    ...query,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': signer.credential,
    'X-Amz-Date': signer.at,
    'X-Amz-Expires': String(expiresInSeconds),
    'X-Amz-SignedHeaders': 'host',
    ...(signer.token && { 'X-Amz-Security-Token': signer.token }),
  };
  const text = queryText(fields);
  const signature = signer.sign(['GET', '/', text, `host:${host}\n`, 'host', sha256('')].join('\n'));
  return queryText({ ...fields, 'X-Amz-Signature': signature });
}

/** Lambda puts the function's identity into the environment. */
function signerFor(service: string, environment: Environment) {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret } = environment;
  if (!region || !keyId || !secret) {
    const message =
      "The environment has nothing to sign with: needed are AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which Lambda sets to the function's own.";
    throw new RemediationError('secret-unreadable', message);
  }
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const parts = [at.slice(0, 8), region, service, 'aws4_request'];
  const scope = parts.join('/');
  const key = parts.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`);
  return {
    at,
    token: environment.AWS_SESSION_TOKEN,
    credential: `${keyId}/${scope}`,
    sign: (request: string) => hmac(key, [ALGORITHM, at, scope, sha256(request)].join('\n')).toString('hex'),
  };
}

/** Ordered, and escaped as AWS escapes what is signed, stricter than the language does. */
function queryText(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`);
  return pairs.toSorted().join('&');
}

function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
