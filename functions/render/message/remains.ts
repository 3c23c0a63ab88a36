import type { Advice } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { CODE_VERSION } from '../../core/base/code-version.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { RunIdentity } from '../../core/run/record.ts';
import type { Invocation } from '../../events/parse-destination.ts';
import { sections, wrap } from '../base/layout.ts';
import type { Message } from '../base/message.ts';
import { linkText } from '../base/phrases.ts';
import { chatOf } from '../chat/chat.ts';
import { identityTexts } from './identity-text.ts';
import { lifeTexts, withLife } from './incident-life.ts';
import { stepLines } from './next-steps.ts';
import { OBSERVED } from './observed.ts';
import { subjectOf } from './subject.ts';

/** What is known about a run whose record is missing or cannot be reported. */
export type Remains = {
  readonly kind: 'run' | 'failed-run' | 'misconfiguration';
  readonly invocation: Invocation;
  readonly runId: string;
  readonly story: Story | null;
  readonly server: string | null;
  readonly mode: string;
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly observed: boolean;
  readonly subject: readonly string[];
  readonly sentence: string;
  /** The time in ISO 8601, or null when it is not known. */
  readonly at: string | null;
  readonly happened: readonly string[];
  readonly steps: readonly Advice[];
  readonly recordUrl: string | null;
  /** The run's code and policy. Without them the message names the code that writes it. */
  readonly identity?: RunIdentity | undefined;
};

/** A message about a run without the facts of its record. */
export function renderRemains(remains: Remains): Message {
  const { story, outcome, severity, mode, subject, happened, steps, recordUrl } = remains;
  const server = remains.server === null ? 'unknown server' : cleanName(remains.server);
  const own = [...(remains.observed ? [OBSERVED] : []), ...subject];
  const answer = subjectOf(
    server,
    withLife(story, () => own),
  );
  const attributes = { severity, outcome, server: remains.server === null ? 'unknown' : server, mode };
  return {
    subject: answer,
    text: textOf(remains, server),
    chat: chatOf({
      kind: remains.kind,
      runId: remains.runId,
      incident: story?.incident.id ?? null,
      at: remains.at,
      subject: answer,
      paragraphs: [
        { label: 'Incident', texts: lifeTexts(story) },
        {
          label: 'What happened',
          texts: [...(remains.kind === 'failed-run' ? [] : [remains.sentence]), ...happened],
        },
      ],
      steps,
      identity: identified(remains.identity),
      recordUrl,
      attributes,
    }),
    attributes,
  };
}

function identified(identity: RunIdentity = {}): readonly string[] {
  const texts = identityTexts(identity);
  return texts.length > 0 ? texts : [`Message written by code ${CODE_VERSION}.`];
}

function textOf(
  { invocation, runId, story, sentence, observed, happened, ...more }: Remains,
  server: string,
) {
  const { functionName } = invocation;
  const origin = functionName === null ? 'Function unknown' : `Function ${cleanName(functionName)}`;
  const { recordUrl } = more;
  // The link has its own line and is never broken, because a part of a link is of no use.
  const link = recordUrl === null ? [] : [`  ${linkText(recordUrl)}:`, recordUrl];
  const first = [
    ...(observed ? ['Observed only: nothing was terminated.'] : []),
    ...wrap(`${server}: ${sentence}`, 0),
    ...wrap(lifeTexts(story).join(' '), 0),
  ];
  const rest = sections([
    { title: 'WHAT HAPPENED', lines: happened.flatMap((each) => wrap(each)) },
    { title: 'WHAT NEXT', lines: stepLines(more.steps) },
    {
      title: 'THIS RUN',
      lines: [
        ...wrap(`${origin}.`),
        ...wrap([`Run ${cleanName(runId)}.`, ...identified(more.identity)].join(' ')),
        ...link,
      ],
    },
  ]);
  return `${first.join('\n')}\n\n${rest}\n`;
}
