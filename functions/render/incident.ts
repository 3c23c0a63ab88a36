import { cleanName } from '../core/clean-text.ts';
import type { Message } from '../core/message.ts';
import type { Reduction, RunRecord } from '../core/record.ts';
import { doneTexts, whatWasDone } from './actions.ts';
import { chatOf, type Paragraph } from './chat.ts';
import { details } from './details.ts';
import { effect, effectTexts } from './effect.ts';
import { type Facts, factsOf } from './facts.ts';
import { headlineOf } from './headline.ts';
import { holders, holderTexts } from './holders.ts';
import { sections, wrap } from './layout.ts';
import { stepsOf, whatNext } from './next-steps.ts';
import { runFacts } from './run-facts.ts';
import { severityOf } from './severity.ts';
import { whoWasSpared } from './spared.ts';
import { subjectOf } from './subject.ts';
import { happenedTexts, whatHappened } from './what-happened.ts';

/** What on-call reads at night: the answer in the subject and the first line, numbers next, details last. */
export function renderIncident(
  record: RunRecord,
  reduced: readonly Reduction[] = [],
  recordUrl: string | null = null,
): Message {
  const { server, mode, outcome } = record;
  const facts = factsOf(record, reduced, recordUrl);
  const { subject, sentence } = headlineOf(facts);
  const first = [
    ...(mode === 'observe' ? ['Observed only: nothing was terminated.'] : []),
    ...wrap(`${cleanName(server)}: ${sentence}`, 0),
  ].join('\n');
  const screen = sections([
    whatHappened(facts),
    holders(facts),
    whatWasDone(facts),
    whoWasSpared(facts),
    effect(facts),
    whatNext(facts),
    runFacts(facts),
  ]);
  const rest = sections(details(facts));
  const answer = subjectOf(server, subject);
  const attributes = { severity: severityOf(outcome, mode), outcome, server: cleanName(server), mode };
  return {
    subject: answer,
    text: `${[first, screen, ...(rest === '' ? [] : [rest])].join('\n\n')}\n`,
    chat: chatOf({
      kind: 'run',
      runId: record.runId,
      at: record.startedAt,
      subject: answer,
      paragraphs: paragraphs(facts),
      steps: stepsOf(facts),
      recordUrl,
      attributes,
    }),
    attributes,
  };
}

/** What fits a chat room of the sections above. */
function paragraphs(facts: Facts): readonly Paragraph[] {
  const observed = { label: 'Observed only', texts: ['nothing was terminated.'] };
  return [
    ...(facts.record.mode === 'observe' ? [observed] : []),
    { label: 'What happened', texts: happenedTexts(facts) },
    { label: 'Who held the slots', texts: holderTexts(facts) },
    { label: facts.hypothetical ? 'What would be done' : 'What was done', texts: doneTexts(facts) },
    { label: 'Did it work', texts: effectTexts(facts) },
  ];
}
