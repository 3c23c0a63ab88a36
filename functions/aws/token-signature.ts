import { Sha256 } from '@smithy/core/checksum';
import { buildQueryString, HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Target } from '../postgres/connection/target.ts';

/** What a function signs its tokens with. */
export type FunctionIdentity = {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

/** The seconds for which a token is valid; IAM allows no more. */
const LIFE_SECONDS = 900;

/**
 * The same token that `@aws-sdk/rds-signer` makes, by the same signer. We do not use that package because it loads all ways
 * in which AWS finds credentials. This file is bundled by itself (build/bundling.ts) and imports nothing else of ours.
 */
export async function signToken(
  user: string,
  { host, port }: Pick<Target, 'host' | 'port'>,
  identity: FunctionIdentity,
): Promise<string> {
  const address = `${host}:${port}`;
  const signer = new SignatureV4({ service: 'rds-db', ...identity, sha256: Sha256 });
  const request = new HttpRequest({
    query: { Action: 'connect', DBUser: user },
    headers: { host: address },
  });
  const { query } = await signer.presign(request, { expiresIn: LIFE_SECONDS });
  return `${address}/?${buildQueryString(query ?? {})}`;
}
