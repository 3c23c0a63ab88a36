import type { Advice } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { type Explained, explain } from '../../core/diagnosis/explain.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Reduction, RunRecord } from '../../core/run/record.ts';
import { type Facts, factsOf } from '../base/facts.ts';
import { sections, wrap } from '../base/layout.ts';
import type { Message } from '../base/message.ts';
import { severityOf } from '../base/severity.ts';
import { chatOf, type Paragraph } from '../chat/chat.ts';
import { doneTexts, whatWasDone } from './actions.ts';
import { details } from './details.ts';
import { effect, effectTexts } from './effect.ts';
import { headlineOf } from './headline.ts';
import { holders, holderTexts } from './holders.ts';
import { identityTexts } from './identity-text.ts';
import { lifeTexts, trippedLines, trippedTexts, withLife } from './incident-life.ts';
import { resumeAdvice } from './memory-text.ts';
import { nextSteps, stepsOf } from './next-steps.ts';
import { runFacts } from './run-facts.ts';
import { isAboutLock } from './run-lock-text.ts';
import { sparedSummary } from './spared.ts';
import { subjectOf } from './subject.ts';
import { happenedTexts, whatHappened } from './what-happened.ts';
import { whySection, whyTexts } from './why.ts';

/** The lines from the top to the next steps. The run and the details follow. */
const SCREEN_LINES = 47;

/** The message to on-call about a run, from its record alone. */
export function renderIncident(
  record: RunRecord,
  reduced: readonly Reduction[] = [],
  recordUrl: string | null = null,
  story: Story | null = null,
): Message {
  return renderExplained(explain(record, reduced), recordUrl, story);
}

/**
 * The message that on-call reads at night: the answer in the subject and the first line, then numbers, then
 * details. The story is the place of the run in its incident, or null when nothing is remembered about
 * earlier runs.
 */
export function renderExplained(
  explained: Explained,
  recordUrl: string | null,
  story: Story | null,
): Message {
  const { record } = explained;
  const { server, mode, outcome } = record;
  const facts = factsOf(explained, recordUrl);
  const { subject, sentence } = headlineOf(facts);
  const steps = stepsOf(facts);
  const answer = subjectOf(server, withLife(story, subject));
  const attributes = {
    severity: severityOf(outcome, mode, isAboutLock(record, story)),
    outcome,
    server: cleanName(server),
    mode,
  };
  return {
    subject: answer,
    text: textOf(facts, sentence, steps, story),
    chat: chatOf({
      kind: 'run',
      runId: record.runId,
      incident: story?.incident.id ?? null,
      at: record.startedAt,
      subject: answer,
      paragraphs: paragraphs(facts, story),
      steps: [...resumeSteps(record, story), ...steps],
      recordUrl,
      identity: identityTexts(record),
      attributes,
    }),
    attributes,
  };
}

function textOf(facts: Facts, sentence: string, steps: readonly Advice[], story: Story | null): string {
  const { server, mode } = facts.record;
  const first = [
    ...(mode === 'observe' ? ['Observed only: nothing was terminated.'] : []),
    ...wrap(`${cleanName(server)}: ${sentence}`, 0),
    ...wrap(lifeTexts(story).join(' '), 0),
    ...trippedLines(story, facts.record),
  ].join('\n');
  const happened = [
    whatHappened(facts),
    holders(facts),
    whySection(facts),
    whatWasDone(facts),
    sparedSummary(facts),
    effect(facts),
  ];
  const firstPart = `${first}\n\n${sections(happened)}`;
  const next = nextSteps(steps, SCREEN_LINES - firstPart.split('\n').length);
  const rest = sections([next.first, runFacts(facts), next.rest, ...details(facts)]);
  return `${firstPart}\n\n${rest}\n`;
}

/** The parts of the sections above that fit into a chat room. */
function paragraphs(facts: Facts, story: Story | null): readonly Paragraph[] {
  const observed = { label: 'Observed only', texts: ['nothing was terminated.'] };
  return [
    ...(facts.record.mode === 'observe' ? [observed] : []),
    { label: 'Incident', texts: lifeTexts(story) },
    { label: 'What happened', texts: happenedTexts(facts) },
    { label: 'Who held the slots', texts: holderTexts(facts) },
    { label: 'Why', texts: whyTexts(facts) },
    { label: facts.hypothetical ? 'What would be done' : 'What was done', texts: doneTexts(facts) },
    { label: 'Did it work', texts: effectTexts(facts) },
  ];
}

/** In a chat room the first step is to resume the runs that the breaker paused. */
function resumeSteps(record: RunRecord, story: Story | null): readonly Advice[] {
  const text = trippedTexts(story).join(' ');
  return text === '' ? [] : [resumeAdvice(record, text)];
}
