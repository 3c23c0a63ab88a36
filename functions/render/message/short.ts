import { type Advice, forOperator } from '../../core/advice/advice.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Mode } from '../../core/policy/mode.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { RunHead } from '../../core/run/run-head.ts';
import { isHypothetical } from '../../core/run/terminations.ts';
import type { Invocation } from '../../events/parse-destination.ts';
import type { Message } from '../base/message.ts';
import { outcomeWord } from '../base/outcome-word.ts';
import { counted, groupName, listText, sentences, usedText } from '../base/phrases.ts';
import { severityOf } from '../base/severity.ts';
import { type Additions, additionRemarks } from './additions.ts';
import { renderRemains } from './remains.ts';
import { said } from './remark-table.ts';
import { fullness } from './slots-text.ts';

/** A run of which only the head is known. */
type ShortRun = {
  readonly runId: string;
  readonly server: string | null;
  readonly outcome: Outcome;
  readonly mode: Mode;
  readonly head: RunHead;
};

const NOT_HERE = 'This message has no causes and no advice. The run itself counted its numbers.';

/**
 * The message to on-call when the usual one could not be written: the outcome, the slots, what was ended,
 * what is missing, and where the record is. Each part has a limited length.
 */
export function renderShort(
  run: ShortRun,
  invocation: Invocation,
  additions: Additions,
  recordUrl: string | null,
  story: Story | null,
): Message {
  const { server, outcome, mode, head } = run;
  const severity = severityOf(outcome, mode);
  const word = outcomeWord(outcome);
  const [slots, ended] = [slotTexts(head), endedTexts(run)];
  return renderRemains({
    ...{ invocation, kind: 'run', runId: run.runId, story, server, mode, outcome, recordUrl },
    identity: head,
    // People should look when the usual message could not be written.
    severity: severity === 'info' ? 'warning' : severity,
    observed: mode === 'observe',
    state: stateOf(run),
    parts: [...ended.slice(0, 1), 'short message'],
    sentence: `${word}. ${sentences([...ended, ...slots])}`,
    at: head.startedAt,
    remarks: [...said('leftOut', [NOT_HERE]), ...additionRemarks(additions)],
    steps: [whereToLook(recordUrl)],
  });
}

/** `recovered 44/54`. An observing run has recovered nothing. */
function stateOf({ outcome, mode, head: { before, after } }: ShortRun): string {
  const latest = after ?? before;
  const isHoped = outcome === 'recovered' && mode !== 'enforce';
  const word = isHoped ? (latest === null ? 'under pressure' : fullness(latest)) : outcomeWord(outcome);
  return latest === null ? word : `${word} ${Math.min(latest.used, latest.usable)}/${latest.usable}`;
}

function slotTexts({ before, after }: RunHead): readonly string[] {
  const latest = after ?? before;
  if (latest === null || before === null) return [];
  return [usedText(latest), ...(after === null ? [] : [`${before.used} were used before`])];
}

/** The first text is for the subject. */
function endedTexts(run: ShortRun): readonly string[] {
  const { chosen, told, ended, perhaps, groups } = run.head;
  const ofGroups = groups.length === 0 ? '' : `: ${listText(groups.map(groupText))}`;
  if (isHypothetical(run))
    return chosen === 0
      ? ['nothing ended']
      : [
          `would end ${counted(chosen, 'session')}`,
          ...(ofGroups === '' ? [] : [`it would end${ofGroups.slice(1)}`]),
        ];
  if (told === 0)
    return [chosen > 0 && run.outcome === 'failed' ? 'what it ended is not known' : 'nothing ended'];
  const sure = `${counted(ended - perhaps, 'session')} ended`;
  return [
    perhaps === 0 ? sure : `${sure}, perhaps ${perhaps} more`,
    `${counted(told, 'session')} ${told === 1 ? 'was' : 'were'} told to end${ofGroups}`,
  ];
}

function groupText({ group, count }: RunHead['groups'][number]): string {
  return `${count} of ${groupName(group)}`;
}

function whereToLook(recordUrl: string | null): Advice {
  return forOperator(
    recordUrl === null
      ? 'The record was not kept. The log of the report function says why.'
      : 'The record has everything else: download it, then run headroom show and headroom report on it.',
  );
}
