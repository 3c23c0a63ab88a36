import type { SparedReason } from '../../core/plan/plan.ts';
import { ADVISORY_LOCKS_UNREAD } from '../../core/plan/protection.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { wrap } from '../base/layout.ts';

/**
 * What the protections that apply here cannot see, so that people do not take one spared listener for all of
 * them.
 */
export function protectionLimits(
  { protect }: Policy,
  spared: readonly { readonly reason: SparedReason; readonly detail: string }[],
): readonly string[] {
  const listens = spared.some(({ reason, detail }) => reason === 'protected' && detail.startsWith('listens'));
  const backsUp = spared.some(({ detail }) => detail === 'runs a backup');
  const unread = spared.some(({ detail }) => detail === ADVISORY_LOCKS_UNREAD);
  return [
    ...(unread ? wrap('The server log says why advisory locks could not be read.') : []),
    ...(listens
      ? wrap(
          'A LISTENer that has run another statement since cannot be recognized. Protect it by its name in the policy.',
        )
      : []),
    ...(backsUp
      ? wrap(
          'A backup that has run another statement since cannot be recognized. Protect it by its name in the policy.',
        )
      : []),
    ...(protect.temporaryTables ? wrap('Temporary tables in other databases were not checked.') : []),
  ];
}
