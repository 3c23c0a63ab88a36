import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Signable, signedHeaders } from '../../functions/aws/signing.ts';

const KEYS = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE42',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const SESSION = { ...KEYS, AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE/+=' };

/** Only the clock: both signers read it. */
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T23:59:59.999Z') }));
afterEach(() => vi.useRealTimers());

/** Node's own hash in the shape that the library asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }

  update(data: string | NodeJS.ArrayBufferView): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

/** What the library makes of the same request. */
async function libraryHeaders(service: string, keys: Readonly<Record<string, string>>, request: Signable) {
  const { AWS_REGION = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = keys;
  const signer = new SignatureV4({
    service,
    region: AWS_REGION,
    sha256: Sha256,
    // S3 alone wants the path as it stands.
    uriEscapePath: service !== 's3',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    },
  });
  const { headers, ...rest } = request;
  const where = { protocol: 'https:', hostname: headers.host ?? '' };
  return (await signer.sign({ ...rest, ...where, headers: { ...headers } })).headers;
}

const ASKED: Signable = {
  method: 'POST',
  path: '/',
  headers: {
    host: 'secretsmanager.eu-west-1.amazonaws.com',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  },
  body: '{"SecretId":"été/orders"}',
};

describe("signed headers are those of AWS's own signer", () => {
  test.each<[string, string, Readonly<Record<string, string>>, Signable]>([
    ['with a session token', 'secretsmanager', SESSION, ASKED],
    ['with long-term keys', 'secretsmanager', KEYS, ASKED],
    ['in another region', 'dynamodb', { ...SESSION, AWS_REGION: 'us-gov-west-1' }, ASKED],
    ['without a body', 'dynamodb', SESSION, { method: 'GET', path: '/', headers: { host: 'a.example' } }],
    [
      'of bytes, under a path that is escaped once',
      's3',
      SESSION,
      {
        method: 'PUT',
        path: '/records/%C3%A9t%C3%A9/a%20b+c=d.json.gz',
        headers: { host: 'bucket.s3.eu-west-1.amazonaws.com', 'content-type': 'application/gzip' },
        body: Buffer.from([0x1f, 0x8b, 0x00, 0xff]),
      },
    ],
    [
      'of a port and a header with blanks around it',
      'dynamodb',
      SESSION,
      { ...ASKED, headers: { ...ASKED.headers, host: '127.0.0.1:8000', 'x-note': ' spaced ' } },
    ],
  ])('%s', async (_, service, keys, request) => {
    const { 'x-note': __, ...signed } = signedHeaders(service, keys, request);
    const { 'x-note': ___, ...expected } = await libraryHeaders(service, keys, request);
    expect(signed).toEqual(expected);
    expect(signed.authorization).toContain('/20261121/');
  });
});

test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
  'nothing is signed without %s, and no key is in the message',
  (name) => {
    expect(() => signedHeaders('dynamodb', { ...SESSION, [name]: '' }, ASKED)).toThrow(
      expect.objectContaining({
        code: 'secret-unreadable',
        message: expect.not.stringMatching(/EXAMPLE|IQoJ/),
      }),
    );
  },
);
