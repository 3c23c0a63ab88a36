import { parsePolicy, parsePolicyText } from '../core/policy/parse-policy.ts';
import type { Policy } from '../core/policy/policy.ts';
import { readInput } from './read-input.ts';

/** A policy and what to call it. */
export type NamedPolicy = { readonly policy: Policy; readonly name: string };

/**
 * The policy in a file, the defaults without one.
 * @throws RemediationError `policy-invalid` when the file cannot be read or does not parse.
 */
export async function readPolicyFile(path: string | undefined): Promise<NamedPolicy> {
  if (path === undefined) return { policy: parsePolicy({}), name: '(defaults)' };
  return { policy: parsePolicyText(await readInput(path, 'policy', 'policy-invalid')), name: path };
}
