import type { Outcome } from '../run/outcome.ts';
import type { RunRecord } from '../run/record.ts';
import { isStuck } from '../run/run-lock.ts';
import { isRefusal, type TriggerKind } from '../trigger/trigger.ts';

/**
 * Whether a run is told by itself, where nothing is remembered of those before it. Nobody is woken for a run that found or
 * did nothing. A refusal that no run looked into is told, and a lock that no run gives back.
 */
export function isWorthTelling({
  outcome,
  trigger,
  lock = null,
}: {
  readonly outcome: Outcome;
  readonly trigger: { readonly kind: TriggerKind };
  readonly lock?: RunRecord['lock'];
}): boolean {
  switch (outcome) {
    case 'busy':
      return isRefusal(trigger.kind) || isStuck({ outcome, lock });
    case 'healthy':
    case 'muted':
    case 'stale':
    case 'off':
      return false;
    case 'reaped':
    case 'recovered':
    case 'partial':
    case 'refilled':
    case 'no-candidates':
    case 'unexplained':
    case 'paused':
    case 'blind':
    case 'cannot-connect':
    case 'unverified':
    case 'failed':
      return true;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}
