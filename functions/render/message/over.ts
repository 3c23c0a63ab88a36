import { type Advice, forDeveloper } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { RunRecord } from '../../core/run/record.ts';
import { CAUSE_WORDS } from '../base/cause-words.ts';
import type { Message } from '../base/message.ts';
import { counted, groupName, ownerOf } from '../base/phrases.ts';
import { chatOf } from '../chat/chat.ts';
import { chatParagraphs } from './chat-paragraphs.ts';
import { identityTexts } from './identity-text.ts';
import { clockText, openDurationText, recurrenceText } from './incident-life.ts';
import { runLine } from './mail-end.ts';
import { adviceRemarks } from './mail-steps.ts';
import { mailText } from './mail-text.ts';
import { said } from './remark-table.ts';
import { subjectOf } from './subject.ts';
import { subjectName } from './subject-name.ts';

/**
 * The message that an incident is over, in short: how long it lasted, what was done, and what is left to fix.
 */
export function renderOver(record: RunRecord, story: Story): Message {
  const { server, mode, outcome } = record;
  const { ended, culprit } = story.incident;
  const subject = subjectOf({
    severity: 'info',
    server,
    state: `over after ${openDurationText(story)}`,
    parts: (max) => [
      ...culpritPart(culprit, max),
      ...(ended === 0 ? [] : [`${counted(ended, 'session')} ended`]),
    ],
    observed: mode === 'observe',
  });
  const steps = stepsOf(story);
  const attributes = { severity: 'info', outcome, server: cleanName(server), mode };
  const remarks = [
    ...said('outcome', [`${cleanName(server)}: the incident is over. ${whyText(story)}`]),
    ...said('incident', [incidentTexts(story).join(' ')]),
  ];
  return {
    subject,
    text: mailText([...remarks, ...adviceRemarks(steps, false)], { link: null, run: runLine(record) }),
    chat: chatOf({
      kind: 'run',
      runId: record.runId,
      incident: story.incident.id,
      at: record.startedAt,
      subject,
      paragraphs: chatParagraphs(remarks),
      steps,
      recordUrl: null,
      identity: identityTexts(record),
      attributes,
    }),
    attributes,
    link: null,
  };
}

/** A culprit whose name fits no subject is in the text. */
function culpritPart(culprit: Story['incident']['culprit'], max: number): readonly string[] {
  const name = culprit === null ? null : subjectName(culprit, max);
  return name === null ? [] : [`${name} still to fix`];
}

function whyText({ because }: Story): string {
  return because === 'healthy'
    ? 'Several runs in a row found no pressure.'
    : 'For an hour no client was refused and there was no pressure.';
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
