import { parsePolicy, parsePolicyText } from '../core/policy/parse-policy.ts';
import type { Policy } from '../core/policy/policy.ts';
import { readInput } from './read-input.ts';
import type { DeclaredServer } from './server/declared-server.ts';

/** A policy and the name that messages give it. */
export type NamedPolicy = { readonly policy: Policy; readonly name: string };

/**
 * Reads the policy in a file.
 * @throws RemediationError `policy-invalid` when the file cannot be read or does not parse.
 */
export async function readPolicyFile(path: string): Promise<NamedPolicy> {
  return { policy: parsePolicyText(await readInput(path, 'policy', 'policy-invalid')), name: path };
}

/**
 * The policy in the file; without a file, the declared one; without a declaration, the defaults.
 * @throws RemediationError `policy-invalid`.
 */
export async function policyFor(
  path: string | undefined,
  declared: DeclaredServer | null,
): Promise<NamedPolicy> {
  if (path !== undefined) return readPolicyFile(path);
  const policy = parsePolicy(declared?.declaration.policy ?? {});
  if (declared === null) return { policy, name: '(defaults)' };
  return { policy, name: `of ${declared.declaration.name} in cdk.json` };
}
