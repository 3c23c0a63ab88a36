import { readInput } from '../../functions/commands/read-input.ts';
import { readPolicyFile } from '../../functions/commands/read-policy-file.ts';
import type { DemoOptions } from './demo-options.ts';
import { POLICY } from './stage.ts';

/** The policy of the functions, and what it lets them do: it decides what must be true at the end. */
export type DemoPolicy = {
  readonly policy: object;
  readonly kind: 'ending' | 'observing' | 'own';
};

/** @throws RemediationError `policy-invalid` when the file cannot be read or does not parse. */
export async function demoPolicy(
  { policyFile, mode }: Pick<DemoOptions, 'policyFile' | 'mode'>,
  more: object = {},
): Promise<DemoPolicy> {
  const chosen = mode === null ? {} : { mode };
  if (policyFile === null)
    return { policy: { ...POLICY, ...more, ...chosen }, kind: mode === 'observe' ? 'observing' : 'ending' };
  const { policy } = await readPolicyFile(policyFile);
  const text: object = JSON.parse(await readInput(policyFile, 'policy', 'policy-invalid'));
  const observes = (mode ?? policy.mode) === 'observe';
  return { policy: { ...text, ...chosen }, kind: observes ? 'observing' : 'own' };
}
