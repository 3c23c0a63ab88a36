import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LOOPBACK_IDENTITY, LOOPBACK_REGION } from './loopback-server.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
/** Headers that must be signed where they are sent, so that a change on the way would be noticed. */
const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token'];

/**
 * What is wrong with the signature of a request by the loopback identity, or null. Signature Version 4, after AWS's
 * description and not by the library that made it.
 */
export function signatureProblem(
  { method, url = '', headers }: IncomingMessage,
  body: string,
  service: string,
): string | null {
  const match = AUTHORIZATION.exec(headers.authorization ?? '');
  if (match === null) return 'The request is not signed.';
  const [, keyId, scope = '', date = '', region, signedService, names = '', signature] = match;
  const expectedScope = `${LOOPBACK_IDENTITY.AWS_ACCESS_KEY_ID} ${LOOPBACK_REGION} ${service}`;
  if (`${keyId} ${region} ${signedService}` !== expectedScope) return `The credential is for ${scope}.`;
  if (headers['x-amz-security-token'] !== LOOPBACK_IDENTITY.AWS_SESSION_TOKEN) return 'The token is invalid.';
  const signed = names.split(';');
  const unsigned = MUST_BE_SIGNED.filter((name) => headers[name] !== undefined && !signed.includes(name));
  if (unsigned.length > 0) return `Not signed: ${unsigned.join(', ')}.`;

  const headerLines = signed.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('');
  // Every service but S3 signs the path with its escapes escaped once more.
  const path = url.split('/').map(encodeURIComponent).join('/');
  const canonical = [method, path, '', headerLines, names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, LOOPBACK_REGION, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${LOOPBACK_IDENTITY.AWS_SECRET_ACCESS_KEY}`,
  );
  const expected = createHmac('sha256', key).update(toSign).digest('hex');
  return signature === expected ? null : 'The signature does not match the request.';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
