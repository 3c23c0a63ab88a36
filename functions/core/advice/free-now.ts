import type { Cause } from '../diagnosis/cause.ts';
import type { Advice } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { endBlocker } from './end-blocker.ts';
import { endGone } from './end-gone.ts';
import { endIdle } from './end-idle.ts';
import { askReplay, askStandby, cancelLongest, endOpenTransactions, endOwing } from './end-work.ts';
import { leaveToPooler } from './leave-to-pooler.ts';

type Way = (facts: AdviceFacts) => readonly Advice[];

/** Without a way: SQL reaches none of the clients, or which sessions are in vain is not known. */
const NONE: readonly Way[] = [];

/** What frees slots now, by cause. The first way that finds something counts. */
const WAYS: Readonly<Record<Cause, readonly Way[]>> = {
  'connection-leak': [endIdle],
  'oversized-idle-pools': [endIdle],
  'session-per-request': [endIdle],
  'traffic-spike': [endIdle],
  'slow-queries': [askStandby, askReplay, cancelLongest, endIdle],
  'idle-in-transaction': [endOpenTransactions],
  'clients-owe-input': [endOwing],
  'lock-pile-up': [endBlocker],
  'reconnect-storm': [endIdle],
  'role-limit': [endIdle],
  'database-limit': [endIdle],
  'replication-limit': NONE,
  'pooler-oversized': [leaveToPooler],
  'developer-tools': [endIdle],
  'monitoring-hog': [endIdle],
  'dead-clients': [endGone],
  'half-open-clients': NONE,
  'limit-too-low': [endIdle],
  unclear: NONE,
};

/** First a look, then an end of exactly the sessions that it shows; or in words why there is nothing to end. */
export function freeNow(facts: AdviceFacts): readonly Advice[] {
  for (const way of WAYS[facts.diagnosis.cause]) {
    const advice = way(facts);
    if (advice.length > 0) return advice;
  }
  return [];
}
