import { cleanMessage } from '../../core/base/clean-text.ts';
import { largestNeeds } from '../../core/plan/largest-needs.ts';
import { pauseIn } from '../../core/run/pause.ts';
import { aheadMs } from '../../core/trigger/trigger.ts';
import type { Facts } from '../base/facts.ts';
import { coordinatorsText } from '../base/product.ts';
import { cloudShellSwitch } from './cloud-shell.ts';
import { memoryTexts } from './memory-text.ts';
import { namedPoolerTexts } from './named-poolers.ts';
import { heldBackSteps } from './outcome-steps.ts';
import { poolerTexts } from './pooler-text.ts';
import { sparedByNameTexts } from './program-notes.ts';
import { protectionLimits } from './protection-limits.ts';
import { type Remark, type RemarkKind, said } from './remark-table.ts';
import { foreignLockTexts } from './run-lock-text.ts';
import { sparedGroups } from './spared.ts';
import { clockDifference } from './what-happened.ts';

/** Remarks beside the answer: what people should know, and what stands on the page only. */
export function noteRemarks(facts: Facts): readonly Remark[] {
  const { record, losses, hypothetical } = facts;
  const { snapshot, plan, policy } = record;
  const spared = sparedGroups(record).flatMap(({ those }) => those);
  const each = (kind: RemarkKind, texts: readonly string[]) => texts.flatMap((text) => said(kind, [text]));
  const onPage = (kind: RemarkKind, texts: readonly unknown[]): readonly Remark[] =>
    texts.map(() => ({ kind, lines: [] }));
  return [
    ...said('leftOut', [reducedText(facts)]),
    ...each(
      'heldBack',
      heldBackSteps(facts).map(({ text }) => text),
    ),
    ...each('foreignLock', foreignLockTexts(record)),
    ...each('sparedByName', sparedByNameTexts({ spared }, snapshot)),
    ...each(
      'memory',
      pauseIn(record.recall) === null ? memoryTexts(record).map((text) => cleanMessage(text, 1)) : [],
    ),
    ...each(
      'namedPooler',
      namedPoolerTexts(
        losses.map(({ session }) => session),
        hypothetical,
      ),
    ),
    ...each('clock', [clockDifference(aheadMs(record.trigger, Date.parse(record.startedAt)))]),
    ...said('switch', cloudShellSwitch(record)),
    ...onPage('unseenByProtection', protectionLimits(policy, spared).slice(0, 1)),
    ...onPage('pooler', poolerTexts(snapshot).slice(0, 1)),
    ...onPage('coordinators', snapshot === null || coordinatorsText(snapshot.server) === null ? [] : [0]),
    ...onPage('moreLimits', largestNeeds(plan?.pressure ?? []).first.slice(2)),
  ];
}

/** Whether the message lacks facts because the record does. */
function reducedText({ reduced }: Facts): string {
  if (reduced.length === 0) return '';
  const unknown = reduced.includes('spared sessions')
    ? ' So the cause is not known, nor which sessions were spared.'
    : '';
  return `The record was too large and left out: ${reduced.join(', ')}.${unknown}`;
}
