import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { missingSlots } from './end-idle.ts';

/** The pooler opens again what a person ends, and its clients lose their statements. */
export function leaveToPooler(facts: AdviceFacts): readonly Advice[] {
  if (missingSlots(facts) <= 0) return [];
  return [
    {
      ...forOperator(
        "Do not end the pooler's sessions by hand: it opens them again. Smaller pools free slots within server_idle_timeout after a RELOAD, and RECONNECT in the console of PgBouncer replaces idle ones at once.",
      ),
      isNow: true,
    },
  ];
}
