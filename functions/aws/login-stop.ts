import { fleetLoginRole, fleetStopPolicy } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';
import { sdkFailureText } from './sdk-failure.ts';

const MAX_ATTEMPTS = 3;
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
 * Denies or allows all logins of a network's function. IAM has one endpoint a partition, which its client knows by the region.
 * @throws RemediationError `function-unreadable` with the command that does the same.
 */
export async function stopLogins(role: LoginRole, isStopped: boolean): Promise<void> {
  const { AttachRolePolicyCommand, DetachRolePolicyCommand, IAMClient, NoSuchEntityException } = await import(
    './iam.ts'
  );
  const client = new IAMClient({ region: role.region, maxAttempts: MAX_ATTEMPTS });
  const attached = { RoleName: fleetLoginRole(role.vpc), PolicyArn: policyArn(role) };
  const options = { abortSignal: AbortSignal.timeout(WITHIN_MS) };
  try {
    if (isStopped) await client.send(new AttachRolePolicyCommand(attached), options);
    else await client.send(new DetachRolePolicyCommand(attached), options);
  } catch (thrown) {
    // A policy that is not attached is what was wanted.
    if (!isStopped && thrown instanceof NoSuchEntityException) return;
    const message = `The logins of ${fleetLoginRole(role.vpc)} were not ${isStopped ? 'stopped' : 'allowed again'} (${sdkFailureText(thrown, WITHIN_MS)}). The same by hand: ${loginStopCommand(role, isStopped)}`;
    throw new RemediationError('function-unreadable', message, { cause: thrown });
  } finally {
    client.destroy();
  }
}

function policyArn({ partition, account, region }: LoginRole): string {
  return `arn:${partition}:iam::${account}:policy/${fleetStopPolicy(region)}`;
}
