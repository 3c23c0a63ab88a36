import { type Advice, forOperator } from '../core/advice.ts';
import { cleanMessage, cleanName } from '../core/clean-text.ts';
import { type FailedRun, type Invocation, serverOfFunction } from '../core/destination.ts';
import type { Problem } from '../core/errors.ts';
import type { Story } from '../core/incident.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Mode } from '../core/policy.ts';
import type { Trigger } from '../core/trigger.ts';
import { chatOf } from './chat.ts';
import { lifeTexts, lifeWords } from './incident-life.ts';
import { sections, wrap } from './layout.ts';
import { stepLines } from './next-steps.ts';
import { type Severity, severityOf } from './severity.ts';
import { subjectOf } from './subject.ts';
import { triggerText } from './what-happened.ts';

/** What is left of a run without a record. */
type Remains = {
  readonly invocation: Invocation;
  readonly story: Story | null;
  readonly server: string | null;
  readonly mode: string;
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly subject: readonly string[];
  readonly sentence: string;
  /** When, ISO 8601; null when nobody knows. */
  readonly at: string | null;
  readonly happened: readonly string[];
  readonly steps: readonly Advice[];
};

/** Errors of ours that a run can only end in before it has a session with the server. */
const BEFORE_CONNECTING: ReadonlySet<string> = new Set([
  'config-invalid',
  'policy-invalid',
  'event-unknown',
  'event-refused',
]);

/** A run that threw or was killed: it returned no record. `trigger` is null when its event is none that we know. */
export function renderFailure(run: FailedRun, trigger: Trigger | null, story: Story | null = null): Message {
  const { errorType, errorMessage } = run;
  const nothingDone = BEFORE_CONNECTING.has(errorType);
  const killed = isTimeout(run);
  const how = killed ? 'It was killed at its time limit' : `It ended in ${cleanName(errorType)}`;
  const what = nothingDone ? 'nothing was terminated' : 'what it did is not known';
  return messageOf({
    invocation: run,
    story,
    server: serverOfFunction(run.functionName),
    mode: 'unknown',
    outcome: 'failed',
    severity: severityOf('failed', 'enforce'),
    subject: [`run failed, ${what}`, killed ? 'time limit' : cleanName(errorType, 40)],
    sentence: `the run failed. ${how}: ${what}.`,
    at: trigger?.at ?? null,
    happened: [
      ...(trigger === null ? [] : [triggerText(trigger)]),
      `${cleanName(errorType)}: ${cleanMessage(errorMessage)}`,
    ],
    steps: [
      ...(nothingDone ? [] : [lookAtLog(run)]),
      forOperator(
        `${killed ? '' : 'Correct what is said above. '}The next alarm or sweep starts a new run, which measures anew.`,
      ),
    ],
  });
}

/** A run that returned something which cannot be read or told. `found` is what was readable. */
export function renderUnreadable(
  invocation: Invocation,
  found: { readonly server: string | null; readonly outcome: Outcome | null; readonly mode: Mode | null },
  problem: Problem,
  story: Story | null = null,
): Message {
  const outcome = found.outcome ?? 'failed';
  const severity = severityOf(outcome, found.mode ?? 'enforce');
  const said = found.outcome === null ? 'its outcome is not known' : `its outcome is "${found.outcome}"`;
  return messageOf({
    invocation,
    story,
    server: found.server ?? serverOfFunction(invocation.functionName),
    mode: found.mode ?? 'unknown',
    outcome,
    // Whatever it was, it should have been told.
    severity: severity === 'info' ? 'warning' : severity,
    subject: [`a run ended, ${said}`, 'its record cannot be read'],
    sentence: `a run ended, ${said}. Its record cannot be read, so who held the slots and what was done is not told here.`,
    at: null,
    happened: [`${problem.code}: ${cleanMessage(problem.message)}`],
    steps: [lookAtLog(invocation)],
  });
}

/** Lambda's own words for a run that it ended, in runtimes new and old. */
function isTimeout({ errorType, errorMessage }: FailedRun): boolean {
  return errorType === 'Sandbox.Timedout' || /Task timed out after/.test(errorMessage);
}

function lookAtLog({ functionName, requestId }: Invocation): Advice {
  const whose = functionName === null ? 'the function' : cleanName(functionName);
  return forOperator(
    `In the log of ${whose}, request ${cleanName(requestId)}: lines with "terminating" name the pids that were told to end. Without such a line none was.`,
  );
}

function messageOf(remains: Remains): Message {
  const { invocation, story, outcome, severity, mode, subject, sentence, happened, steps } = remains;
  const { functionName, requestId } = invocation;
  const server = remains.server === null ? 'unknown server' : cleanName(remains.server);
  const whose = functionName === null ? 'Function unknown' : `Function ${cleanName(functionName)}`;
  const text = [
    [...wrap(`${server}: ${sentence}`, 0), ...wrap(lifeTexts(story).join(' '), 0)].join('\n'),
    sections([
      { title: 'WHAT HAPPENED', lines: happened.flatMap((each) => wrap(each)) },
      { title: 'WHAT NEXT', lines: stepLines(steps) },
      { title: 'THIS RUN', lines: [...wrap(`${whose}.`), ...wrap(`Run ${cleanName(requestId)}.`)] },
    ]),
  ].join('\n\n');
  const answer = subjectOf(server, () => [...lifeWords(story), ...subject]);
  const attributes = { severity, outcome, server: remains.server === null ? 'unknown' : server, mode };
  const chat = chatOf({
    kind: 'failed-run',
    runId: requestId,
    incident: story?.incident.id ?? null,
    at: remains.at,
    subject: answer,
    paragraphs: [
      { label: 'Incident', texts: lifeTexts(story) },
      { label: 'What happened', texts: happened },
    ],
    steps,
    recordUrl: null,
    attributes,
  });
  return { subject: answer, text: `${text}\n`, chat, attributes };
}
