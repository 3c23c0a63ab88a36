import type { Outcome } from './outcome.ts';
import { isRefusal, type TriggerKind } from './trigger.ts';

/**
 * Whether a run is told by itself, where nothing is remembered of those before it. Nobody is woken for a run that found or
 * did nothing; a refusal that no run looked into is told.
 */
export function isWorthTelling({
  outcome,
  trigger,
}: {
  readonly outcome: Outcome;
  readonly trigger: { readonly kind: TriggerKind };
}): boolean {
  switch (outcome) {
    case 'busy':
      return isRefusal(trigger.kind);
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
