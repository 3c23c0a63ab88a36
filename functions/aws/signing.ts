import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Environment } from '../config.ts';
import { RemediationError } from '../core/errors.ts';

/**
 * AWS's signature, as whom the function runs.
 * @throws RemediationError `secret-unreadable` when the environment has nothing to sign with.
 */
export function signerFor(service: string, environment: Environment, uriEscapePath = true): SignatureV4 {
  return new SignatureV4({ service, sha256: Sha256, uriEscapePath, ...identityOf(environment) });
}

/** Lambda puts the function's identity into the environment. */
function identityOf(environment: Environment) {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const message =
      "The environment has nothing to sign with: needed are AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which Lambda sets to the function's own.";
    throw new RemediationError('secret-unreadable', message);
  }
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
  return { region: AWS_REGION, credentials };
}

/** Node's own hash in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(data: string | NodeJS.ArrayBufferView): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
