import type { Advice } from '../../core/advice/advice.ts';
import { cleanName } from '../../core/base/clean-text.ts';
import { CODE_VERSION } from '../../core/base/code-version.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { RunIdentity } from '../../core/run/record.ts';
import type { Invocation } from '../../events/parse-destination.ts';
import type { Message } from '../base/message.ts';
import { timeText } from '../base/phrases.ts';
import { chatOf } from '../chat/chat.ts';
import { chatParagraphs } from './chat-paragraphs.ts';
import { identityTexts } from './identity-text.ts';
import { lifeTexts, lifeWords, pausedUntil } from './incident-life.ts';
import { identified, linkOf } from './mail-end.ts';
import { adviceRemarks } from './mail-steps.ts';
import { mailText } from './mail-text.ts';
import { type Remark, said } from './remark-table.ts';
import { subjectOf } from './subject.ts';

/** What is known about a run whose record is missing or cannot be reported. */
export type Remains = {
  readonly kind: 'run' | 'failed-run' | 'misconfiguration' | 'observation' | 'warning';
  readonly invocation: Invocation;
  readonly runId: string;
  readonly story: Story | null;
  readonly server: string | null;
  readonly mode: string;
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly observed: boolean;
  /** What the server or its run is now, and the rest of the subject. */
  readonly state: string;
  readonly parts: readonly string[];
  /** The rest of a sentence that begins with the server's name. */
  readonly sentence: string;
  /** The time in ISO 8601, or null when it is not known. */
  readonly at: string | null;
  readonly remarks: readonly Remark[];
  readonly steps: readonly Advice[];
  readonly recordUrl: string | null;
  /** Attributes beside those that every message has. */
  readonly more?: Readonly<Record<string, string>>;
  /** The run's code and policy. Without them the message names the code that writes it. */
  readonly identity?: RunIdentity | undefined;
};

/** A message about a run without the facts of its record. */
export function renderRemains(remains: Remains): Message {
  const { story, outcome, severity, mode, steps, recordUrl } = remains;
  const server = remains.server === null ? 'unknown server' : cleanName(remains.server);
  const subject = subjectOfRemains(remains);
  const attributes = {
    severity,
    outcome,
    server: remains.server === null ? 'unknown' : server,
    mode,
    ...remains.more,
  };
  const remarks = remarksOf(remains, server);
  const urgent = steps.map((step) => ({ ...step, isUrgent: true as const }));
  return {
    subject,
    text: mailText([...remarks, ...adviceRemarks(urgent, false)], {
      link: linkOf(recordUrl),
      run: runLine(remains, server),
    }),
    chat: chatOf({
      kind: remains.kind,
      runId: remains.runId,
      incident: story?.incident.id ?? null,
      at: remains.at,
      subject,
      paragraphs: chatParagraphs(remarks),
      steps,
      identity: identityOf(remains.identity),
      recordUrl,
      attributes,
    }),
    attributes,
    link: recordUrl,
  };
}

function subjectOfRemains({ story, severity, server, state, parts, observed }: Remains): string {
  const paused = pausedUntil(story);
  return subjectOf({
    severity,
    server: server ?? 'unknown server',
    state: paused === null ? state : `${state}, runs PAUSED ${paused}`,
    parts: () => [...parts, ...lifeWords(story)],
    observed,
  });
}

function remarksOf({ sentence, observed, story, remarks }: Remains, server: string): readonly Remark[] {
  const first = `${server}: ${sentence}${observed ? ' Observed only: nothing was ended.' : ''}`;
  return [...said('outcome', [first]), ...said('incident', [lifeTexts(story).join(' ')]), ...remarks];
}

function identityOf(identity: RunIdentity = {}): readonly string[] {
  const texts = identityTexts(identity);
  return texts.length > 0 ? texts : [`Message written by code ${CODE_VERSION}.`];
}

function runLine(
  { invocation: { functionName }, runId, at, identity = {} }: Remains,
  server: string,
): string {
  const facts = [
    server,
    functionName === null ? 'function unknown' : `function ${cleanName(functionName)}`,
    `run ${cleanName(runId)}`,
    ...(at === null ? [] : [timeText(at)]),
  ];
  const isKnown = identityTexts(identity).length > 0;
  return identified(isKnown ? facts : [...facts, `message written by code ${CODE_VERSION}`], identity);
}
