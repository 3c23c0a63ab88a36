import { coerceError, RemediationError } from '../core/base/errors.ts';
import { misconfigurationsIn } from '../core/doctor/misconfigurations.ts';
import type { Database } from './ports.ts';
import type { Run } from './run.ts';
import { withTimeout } from './with-timeout.ts';

/** One round trip takes far less on a quiet server. A run with less than twice this time left skips the check. */
const CHECK_MS = 2_000;

/**
 * After its work, a scheduled run without pressure checks whether the next run could act, so that a misconfiguration is
 * reported before an incident. If the check itself fails, the run goes on and only logs it.
 */
export async function checkConfiguration(run: Run, database: Database): Promise<void> {
  const { ports, request, snapshot } = run;
  if (snapshot === null || !isQuiet(run) || ports.now() + 2 * CHECK_MS > request.deadline) return;
  try {
    const configuration = await withTimeout(ports, CHECK_MS, database.readConfiguration(), tookTooLong);
    if (configuration === null) return;
    const found = misconfigurationsIn({ snapshot, ...configuration });
    // A role that only observes lacks this right on purpose.
    run.misconfigurations =
      request.maySignal === false ? found.filter(({ check }) => check !== 'terminate') : found;
  } catch (thrown) {
    ports.log('configuration-unchecked', { runId: request.runId, ...coerceError(thrown).toProblem() });
  }
}

function isQuiet({ request, plan, readings }: Run): boolean {
  const isPressed = readings.some(({ pressure }) => pressure.some(({ under }) => under));
  return request.trigger.kind === 'schedule' && plan?.verdict === 'healthy' && !isPressed;
}

function tookTooLong(): RemediationError {
  return new RemediationError('statement-failed', `No answer in ${CHECK_MS} ms: the next run checks again.`);
}
