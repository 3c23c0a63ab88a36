import { type Advice, forOperator } from '../../core/advice/advice.ts';
import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import type { Problem } from '../../core/base/errors.ts';
import type { Story } from '../../core/incident/incident.ts';
import type { Mode } from '../../core/policy/mode.ts';
import type { Outcome } from '../../core/run/outcome.ts';
import type { RunIdentity } from '../../core/run/record.ts';
import type { Trigger } from '../../core/trigger/trigger.ts';
import { type FailedRun, type Invocation, serverOf } from '../../events/parse-destination.ts';
import type { Message } from '../base/message.ts';
import { outcomeWord } from '../base/outcome-word.ts';
import { severityOf } from '../base/severity.ts';
import { problemWords } from './problem-words.ts';
import { renderRemains } from './remains.ts';
import { said } from './remark-table.ts';
import { triggerText } from './what-happened.ts';

const MOST_LINES_OF_ERROR = 6;
const MAX_ERROR = 600;

/** Errors with which a run can only end before it has connected. */
const BEFORE_CONNECTING: ReadonlySet<string> = new Set([
  'config-invalid',
  'policy-invalid',
  'event-unknown',
  'event-refused',
]);

/**
 * A run that threw or was killed, so that it returned no record. `trigger` is null when its event is unknown.
 */
export function renderFailure(run: FailedRun, trigger: Trigger | null, story: Story | null = null): Message {
  const { errorType, errorMessage } = run;
  const nothingDone = BEFORE_CONNECTING.has(errorType);
  const killed = isTimeout(run);
  const how = killed ? 'It was killed at its time limit' : `It ended with the error ${cleanName(errorType)}`;
  const what = nothingDone ? 'nothing was terminated' : 'what it did is not known';
  return renderRemains({
    ...{ kind: 'failed-run', recordUrl: null, observed: false },
    invocation: run,
    runId: run.requestId,
    story,
    server: serverOf(run),
    mode: 'unknown',
    outcome: 'failed',
    severity: severityOf('failed', 'enforce'),
    state: 'run FAILED',
    parts: [
      nothingDone ? 'nothing ended' : 'what it did is not known',
      killed ? 'time limit' : problemWords(errorType),
    ],
    sentence: `the run failed. ${how}: ${what}.`,
    at: trigger?.at ?? null,
    remarks: [
      ...said('why', [`${cleanName(errorType)}: ${oneLine(errorMessage)}`], 'WHY'),
      ...said('trigger', [trigger === null ? '' : triggerText(trigger)]),
    ],
    steps: [
      ...(nothingDone ? [] : [lookAtLog(run)]),
      forOperator(
        `${killed ? '' : 'Fix the error above. '}The next alarm or sweep starts a new run and measures again.`,
      ),
    ],
  });
}

/** A run whose result cannot be read or reported. `found` is the part that could be read. */
export function renderUnreadable(
  invocation: Invocation,
  found: {
    readonly server: string | null;
    readonly outcome: Outcome | null;
    readonly mode: Mode | null;
    readonly head?: RunIdentity | null;
  },
  problem: Problem,
  story: Story | null = null,
  recordUrl: string | null = null,
): Message {
  const outcome = found.outcome ?? 'failed';
  const severity = severityOf(outcome, found.mode ?? 'enforce');
  const ended =
    found.outcome === null ? 'its outcome is not known' : `its outcome is "${outcomeWord(found.outcome)}"`;
  return renderRemains({
    ...{ kind: 'failed-run', recordUrl, observed: false },
    invocation,
    identity: found.head ?? undefined,
    runId: invocation.requestId,
    story,
    server: found.server ?? serverOf(invocation),
    mode: found.mode ?? 'unknown',
    outcome,
    // People should have got the usual message, so this one is at least a warning.
    severity: severity === 'info' ? 'warning' : severity,
    state: 'record UNREADABLE',
    parts: [`a run ended, ${ended}`],
    sentence: `a run ended, ${ended}. Its record cannot be read, so this message cannot say which programs held the slots or what was done.`,
    at: null,
    remarks: said('why', [`${problem.code}: ${oneLine(problem.message)}`], 'WHY'),
    steps: [lookAtLog(invocation)],
  });
}

/** An error's message as one line of a mail. The log has it in full. */
function oneLine(message: string): string {
  return cleanName(cleanMessage(message, MOST_LINES_OF_ERROR).replaceAll(/\s+/g, ' '), MAX_ERROR);
}

/** Lambda's own text for a run that it ended, in new and old runtimes. */
function isTimeout({ errorType, errorMessage }: FailedRun): boolean {
  return errorType === 'Sandbox.Timedout' || /Task timed out after/.test(errorMessage);
}

function lookAtLog({ functionName, requestId }: Invocation): Advice {
  const logOwner = functionName === null ? 'the function' : cleanName(functionName);
  return forOperator(
    `Read the log of ${logOwner} for request ${cleanName(requestId)}: its lines with "terminating" list the pids that were told to end. Without such a line, no session was told to end.`,
  );
}
