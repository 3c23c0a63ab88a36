import { createHash } from 'node:crypto';
import { memoizeByObject } from '../core/base/memoize.ts';
import type { Policy } from '../core/policy/policy.ts';
import { policyTextOf } from '../core/policy/policy-text.ts';

/**
 * SHA-256 of the whole policy, with defaults filled in and keys sorted. Two policies with the same meaning have the same
 * hash, however they are written. `headroom policy check` prints it too.
 */
export const policyHash = memoizeByObject((policy: Policy): string =>
  createHash('sha256')
    .update(JSON.stringify(inOrder(policyTextOf(policy))))
    .digest('hex'),
);

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, inOrder(each)]));
}
