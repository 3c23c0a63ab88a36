import { cleanName } from '../../core/base/clean-text.ts';
import { type Explained, explain } from '../../core/diagnosis/explain.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Reduction, RunRecord } from '../../core/run/record.ts';
import { type Facts, factsOf } from '../base/facts.ts';
import type { Message } from '../base/message.ts';
import { severityOf } from '../base/severity.ts';
import { chatOf } from '../chat/chat.ts';
import { type Additions, additionRemarks, NO_ADDITIONS } from './additions.ts';
import { chatParagraphs } from './chat-paragraphs.ts';
import { identityTexts } from './identity-text.ts';
import { lifeTexts, trippedTexts } from './incident-life.ts';
import { linkOf, runLine } from './mail-end.ts';
import { endedRemarks } from './mail-ended.ts';
import { noteRemarks } from './mail-notes.ts';
import { outcomeText } from './mail-outcome.ts';
import { stepRemarks } from './mail-steps.ts';
import { mailText, terminalText } from './mail-text.ts';
import { whyRemarks } from './mail-why.ts';
import { resumeCommand } from './memory-text.ts';
import { stepsOf } from './next-steps.ts';
import { type Remark, said } from './remark-table.ts';
import { resumeSteps } from './resume-steps.ts';
import { isAboutLock } from './run-lock-text.ts';
import { subjectOfRun } from './subject-of-run.ts';

/** The message to on-call about a run, from its record alone. */
export function renderIncident(
  record: RunRecord,
  reduced: readonly Reduction[] = [],
  recordUrl: string | null = null,
  story: Story | null = null,
): Message {
  return renderExplained(explain(record, reduced), recordUrl, story);
}

/** The same text as the mail has, for a terminal. */
export function renderForTerminal(record: RunRecord, reduced: readonly Reduction[]): string {
  const facts = factsOf(explain(record, reduced), null);
  return terminalText(remarksOf(facts, null), { link: null, run: runLine(record) });
}

/**
 * The message that on-call reads on a phone at night: the answer in the subject and the first line, then the
 * cause, what was done, and what to do. The story is the place of the run in its incident, or null when
 * nothing is remembered about earlier runs.
 */
export function renderExplained(
  explained: Explained,
  recordUrl: string | null,
  story: Story | null,
  additions: Additions = NO_ADDITIONS,
): Message {
  const { record } = explained;
  const facts = factsOf(explained, recordUrl);
  const attributes = {
    severity: severityOf(record.outcome, record.mode, isAboutLock(record, story)),
    outcome: record.outcome,
    server: cleanName(record.server),
    mode: record.mode,
  };
  const subject = subjectOfRun(facts, story);
  const remarks = [...remarksOf(facts, story), ...additionRemarks(additions)];
  return {
    subject,
    text: mailText(remarks, { link: linkOf(recordUrl), run: runLine(record) }),
    chat: chatOf({
      kind: 'run',
      runId: record.runId,
      incident: story?.incident.id ?? null,
      at: record.startedAt,
      subject,
      paragraphs: chatParagraphs(remarks),
      steps: [...resumeSteps(record, story), ...stepsOf(facts)],
      recordUrl,
      identity: identityTexts(record),
      attributes,
    }),
    attributes,
    link: recordUrl,
  };
}

/** Everything that can be said about a run, in no order. */
function remarksOf(facts: Facts, story: Story | null): readonly Remark[] {
  const isOnPage = facts.recordUrl?.endsWith('.html') ?? false;
  const tripped = trippedTexts(story);
  return [
    ...said('outcome', [outcomeText(facts)]),
    ...said('incident', [lifeTexts(story).join(' ')]),
    ...said('breaker', tripped.length === 0 ? [] : [tripped.join(' '), resumeCommand(facts.record)]),
    ...whyRemarks(facts),
    ...endedRemarks(facts),
    ...stepRemarks(facts, isOnPage),
    ...noteRemarks(facts),
  ];
}
