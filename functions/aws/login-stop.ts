import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { fleetLoginRole, fleetStopPolicy } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { sdkFailureText } from './sdk-failure.ts';

/** IAM has one endpoint a partition, whatever the region of the cell. */
const ENDPOINTS: Readonly<Record<string, { readonly host: string; readonly region: string }>> = {
  aws: { host: 'iam.amazonaws.com', region: 'us-east-1' },
  'aws-us-gov': { host: 'iam.us-gov.amazonaws.com', region: 'us-gov-west-1' },
  'aws-cn': { host: 'iam.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
};

const WITHIN_MS = 10_000;

/** The login role of a VPC, and where it is. */
export type LoginRole = {
  readonly vpc: string;
  readonly partition: string;
  readonly account: string;
  readonly region: string;
};

/** The same by hand, where a call is refused. */
export function loginStopCommand(role: LoginRole, isStopped: boolean): string {
  return `aws iam ${isStopped ? 'attach' : 'detach'}-role-policy --role-name ${fleetLoginRole(role.vpc)} --policy-arn ${policyArn(role)}`;
}

/**
 * Denies or allows all logins of a network's function. No client of IAM is in the package, because this is its one call.
 * @throws RemediationError `function-unreadable` with the command that does the same.
 */
export async function stopLogins(role: LoginRole, isStopped: boolean): Promise<void> {
  const problem = await attach(role, isStopped).catch((thrown: unknown) => sdkFailureText(thrown));
  // A policy that is not attached is what was wanted.
  if (problem === null || (!isStopped && problem.startsWith('NoSuchEntity'))) return;
  const message = `The logins of ${fleetLoginRole(role.vpc)} were not ${isStopped ? 'stopped' : 'allowed again'} (${problem}). The same by hand: ${loginStopCommand(role, isStopped)}`;
  throw new RemediationError('function-unreadable', message);
}

/** Null when it is done, else IAM's own words. */
async function attach(role: LoginRole, isStopped: boolean): Promise<string | null> {
  const endpoint = ENDPOINTS[role.partition];
  if (endpoint === undefined) return `IAM's address in ${role.partition} is not known here`;
  const { STSClient } = await import('./switch-clients.ts');
  const client = new STSClient({ region: role.region });
  const body = new URLSearchParams({
    Action: isStopped ? 'AttachRolePolicy' : 'DetachRolePolicy',
    Version: '2010-05-08',
    RoleName: fleetLoginRole(role.vpc),
    PolicyArn: policyArn(role),
  }).toString();
  const { AWS_ENDPOINT_URL_IAM = `https://${endpoint.host}` } = process.env;
  const url = new URL(AWS_ENDPOINT_URL_IAM);
  const headers = { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const request = new HttpRequest({ method: 'POST', hostname: url.hostname, path: '/', headers, body });
  const signer = new SignatureV4({
    service: 'iam',
    region: endpoint.region,
    credentials: () => client.config.credentials(),
    sha256: Sha256,
  });
  const signed = await signer.sign(request);
  client.destroy();
  const answer = await fetch(url, {
    method: 'POST',
    headers: signed.headers,
    body,
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  return answer.ok ? null : errorIn(await answer.text(), answer.status);
}

function policyArn({ partition, account, region }: LoginRole): string {
  return `arn:${partition}:iam::${account}:policy/${fleetStopPolicy(region)}`;
}

function errorIn(xml: string, status: number): string {
  const part = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return `${part('Code') ?? `status ${status}`}: ${part('Message') ?? 'no message'}`;
}
