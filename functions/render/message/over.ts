import { type Advice, forDeveloper } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import { type Section, sections, wrap } from '../base/layout.ts';
import type { Message } from '../base/message.ts';
import { counted, groupName, ownerOf } from '../base/phrases.ts';
import { chatOf } from '../chat/chat.ts';
import { identityTexts } from './identity-text.ts';
import { clockText, openDurationText, recurrenceText } from './incident-life.ts';
import { stepLines } from './next-steps.ts';
import { runFacts } from './run-facts.ts';
import { subjectOf } from './subject.ts';

/**
 * The message that an incident is over, in short: how long it lasted, what was done, and what is left to fix.
 */
export function renderOver(record: RunRecord, story: Story): Message {
  const { server, mode, outcome } = record;
  const { ended, culprit } = story.incident;
  const done = ended === 0 ? [] : [`${counted(ended, 'session')} ended`];
  const culpritText = (max?: number) => (culprit === null ? [] : [`${groupName(culprit, max)} still to fix`]);
  const subject = subjectOf(server, (max) => [
    'over',
    `open for ${openDurationText(story)}`,
    ...done,
    ...culpritText(max),
  ]);
  const steps = stepsOf(story);
  const attributes = { severity: 'info', outcome, server: cleanName(server), mode };
  return {
    subject,
    text: `${[
      wrap(`${cleanName(server)}: over. ${whyText(story)}`, 0).join('\n'),
      sections([
        theIncident(story),
        { title: 'WHAT NEXT', lines: stepLines(steps) },
        runFacts({ record, recordUrl: null }),
      ]),
    ].join('\n\n')}\n`,
    chat: chatOf({
      kind: 'run',
      runId: record.runId,
      incident: story.incident.id,
      at: record.startedAt,
      subject,
      paragraphs: [{ label: 'Over', texts: [whyText(story), ...incidentTexts(story)] }],
      steps,
      recordUrl: null,
      identity: identityTexts(record),
      attributes,
    }),
    attributes,
  };
}

function whyText({ because }: Story): string {
  return because === 'healthy'
    ? 'Several runs in a row found no pressure.'
    : 'For an hour no client was refused and there was no pressure.';
}

function theIncident(story: Story): Section {
  return { title: 'THE INCIDENT', lines: incidentTexts(story).flatMap((text) => wrap(text)) };
}

function incidentTexts(story: Story): readonly string[] {
  const { at, incident, breaker } = story;
  const { openedAt, lastTroubleAt, runs, ended, culprit, cause } = incident;
  const why = cause === null || cause === 'unclear' ? '' : ` Its cause: ${CAUSE_WORDS[cause]}.`;
  const culpritText =
    culprit === null
      ? 'No program stood out among those that held the slots.'
      : `Most slots were held by ${groupName(culprit)} (${ownerOf(culprit)}).`;
  return [
    `Open from ${clockText(openedAt, at)} to ${clockText(at, at)}, last seen ${clockText(lastTroubleAt, at)}: ${counted(runs, 'run')}${ended === 0 ? '' : `, ${counted(ended, 'session')} ended`}.`,
    `${culpritText}${why}`,
    recurrenceText(story),
    breaker === null ? '' : 'The breaker had tripped: its pause ends here, the next run acts again.',
  ].filter((text) => text !== '');
}

/** Ended sessions come back until the cause is fixed. */
function stepsOf({ incident }: Story): readonly Advice[] {
  const { culprit } = incident;
  const where = culprit === null ? '' : ` in ${groupName(culprit)}`;
  return [
    forDeveloper(
      `The cause${where} is not fixed. It will happen again. The messages before this one say how to fix it.`,
    ),
  ];
}
