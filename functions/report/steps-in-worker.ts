import { Worker } from 'node:worker_threads';
import { coerceError, RemediationError } from '../core/base/errors.ts';
import { exhaustedLimit, FOR_THE_MESSAGE, FOR_THE_PAGE, RESOURCE_LIMITS } from './allowance.ts';
import type { InvocationClock } from './invocation-clock.ts';
import type { ReportSteps } from './report-steps.ts';
import type { StepAnswer } from './step-call.ts';

/** Short compared with the time in which a thread could use up the function's memory. */
const LOOK_EVERY_MS = 20;

type Waiting = {
  readonly resolve: (result: unknown) => void;
  readonly reject: (why: RemediationError) => void;
};

/**
 * Runs the steps of a report in a separate thread, which has neither environment variables nor credentials.
 * The thread is ended when it has used up its allowance. Pending and later steps are then rejected.
 */
export function stepsInWorker(
  file: URL,
  result: unknown,
  clock: InvocationClock,
): ReportSteps & { readonly end: () => void } {
  const waiting = new Map<number, Waiting>();
  let over: RemediationError | null = null;
  let [calls, allowance] = [0, FOR_THE_MESSAGE];
  const worker = new Worker(file, { workerData: result, env: {}, resourceLimits: RESOURCE_LIMITS });
  const stop = (why: RemediationError) => {
    over ??= why;
    clearInterval(watch);
    // Does not wait: a thread inside one long call of V8 ends only after that call.
    void worker.terminate();
    for (const { reject } of waiting.values()) reject(over);
    waiting.clear();
  };
  const watch = setInterval(() => {
    if (waiting.size === 0) return;
    const [cpuMs, wallMs] = [clock.cpuMs(), clock.wallMs()];
    const why = exhaustedLimit(allowance, { cpuMs, wallMs, residentBytes: process.memoryUsage.rss() });
    if (why !== null)
      stop(new RemediationError('out-of-budget', `The work on the record was ended: ${why}.`));
  }, LOOK_EVERY_MS);
  worker.on('message', (answer: StepAnswer) => {
    settle(waiting.get(answer.id), answer);
    waiting.delete(answer.id);
  });
  worker.on('messageerror', (error) => stop(coerceError(error)));
  worker.on('error', (error) => stop(coerceError(error)));
  worker.on('exit', (code) => stop(new RemediationError('unexpected', `The thread ended with ${code}.`)));
  const call: Call = async (step, given) => {
    if (over !== null) throw over;
    if (step === 'drawPage') allowance = FOR_THE_PAGE;
    calls += 1;
    worker.postMessage({ id: calls, step, given });
    return await new Promise((resolve, reject) => waiting.set(calls, { resolve, reject }));
  };
  return { ...stepsBy(call), end: () => stop(new RemediationError('unexpected', 'The report is over.')) };
}

/** Runs one step in the thread. */
type Call = (step: keyof ReportSteps, given: readonly unknown[]) => Promise<unknown>;

function stepsBy(call: Call): ReportSteps {
  return {
    readRecord: (...given) => call('readRecord', given) as ReturnType<ReportSteps['readRecord']>,
    explain: () => call('explain', []) as ReturnType<ReportSteps['explain']>,
    writeMessage: (...given) => call('writeMessage', given) as ReturnType<ReportSteps['writeMessage']>,
    writeMisconfigurations: (...given) =>
      call('writeMisconfigurations', given) as ReturnType<ReportSteps['writeMisconfigurations']>,
    writeWarning: (...given) => call('writeWarning', given) as ReturnType<ReportSteps['writeWarning']>,
    drawPage: (place, told) => call('drawPage', [place, told]) as ReturnType<ReportSteps['drawPage']>,
  };
}

function settle(waiting: Waiting | undefined, answer: StepAnswer): void {
  if (waiting === undefined) return;
  if ('result' in answer) waiting.resolve(answer.result);
  else waiting.reject(new RemediationError(answer.problem.code, answer.problem.message));
}
