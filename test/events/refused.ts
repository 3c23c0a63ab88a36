import { expect } from 'vitest';
import { RemediationError } from '../../functions/core/base/errors.ts';
import { parsePolicyText } from '../../functions/core/policy/parse-policy.ts';

/** One line of a refusal. */
export type RefusedAt = { readonly path: string; readonly found: string; readonly allowed: string };

/** Writes the policy down, parses it, and returns what its refusal says, line by line; empty when it is accepted. */
export function refusedAt(policy: unknown): readonly RefusedAt[] {
  return refusalOf(JSON.stringify(policy));
}

export function refusalOf(text: string): readonly RefusedAt[] {
  try {
    parsePolicyText(text);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(RemediationError);
    expect(error).toMatchObject({ name: 'policy-invalid', code: 'policy-invalid' });
    const [head = '', ...lines] = error instanceof Error ? error.message.split('\n') : [];
    expect(head).toContain(lines.length === 1 ? '1 problem;' : `${lines.length} problems;`);
    return lines.map((line) => {
      const [, path = '', found = '', allowed = ''] =
        /^ *(.+?): (?:found )?(.*), expected (.*)$/.exec(line) ?? [];
      expect([line, path, found, allowed].every((part) => part !== '')).toBe(true);
      return { path, found, allowed };
    });
  }
}

/** Where a policy is refused, in any order. */
export function pathsRefused(policy: unknown): readonly string[] {
  return refusedAt(policy)
    .map(({ path }) => path)
    .toSorted();
}
