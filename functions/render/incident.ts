import { cleanName } from '../core/clean-text.ts';
import type { Message } from '../core/message.ts';
import type { Reduction, RunRecord } from '../core/record.ts';
import { whatWasDone } from './actions.ts';
import { details } from './details.ts';
import { effect } from './effect.ts';
import { factsOf } from './facts.ts';
import { headlineOf } from './headline.ts';
import { holders } from './holders.ts';
import { sections, wrap } from './layout.ts';
import { whatNext } from './next-steps.ts';
import { runFacts } from './run-facts.ts';
import { severityOf } from './severity.ts';
import { whoWasSpared } from './spared.ts';
import { subjectOf } from './subject.ts';
import { whatHappened } from './what-happened.ts';

/** What on-call reads at night: the answer in the subject and the first line, numbers next, details last. */
export function renderIncident(record: RunRecord, reduced: readonly Reduction[] = []): Message {
  const { server, mode, outcome } = record;
  const facts = factsOf(record, reduced);
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
  return {
    subject: subjectOf(server, subject),
    text: `${[first, screen, ...(rest === '' ? [] : [rest])].join('\n\n')}\n`,
    attributes: { severity: severityOf(outcome, mode), outcome, server: cleanName(server), mode },
  };
}
