import { parsePolicy, parsePolicyText } from '../core/policy/parse-policy.ts';
import type { Policy } from '../core/policy/policy.ts';
import { readInput } from './read-input.ts';

/** A policy and the name that messages give it. */
export type NamedPolicy = { readonly policy: Policy; readonly name: string };

/**
 * Reads the policy in a file; without a file, returns the defaults.
 * @throws RemediationError `policy-invalid` when the file cannot be read or does not parse.
 */
export async function readPolicyFile(path: string | undefined): Promise<NamedPolicy> {
  if (path === undefined) return { policy: parsePolicy({}), name: '(defaults)' };
  return { policy: parsePolicyText(await readInput(path, 'policy', 'policy-invalid')), name: path };
}
