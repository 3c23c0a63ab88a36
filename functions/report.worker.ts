import { parentPort, workerData } from 'node:worker_threads';
import { coerceError } from './core/base/errors.ts';
import { reportSteps } from './report/report-steps.ts';
import type { StepAnswer, StepCall } from './report/step-call.ts';

/** The thread in which `report` works on the result of a run. It answers each call of a step. */
const steps = reportSteps(workerData);

parentPort?.on('message', async ({ id, step, given }: StepCall) => {
  parentPort?.postMessage(await answerTo(id, step, given));
});

async function answerTo(id: number, step: string, given: readonly unknown[]): Promise<StepAnswer> {
  try {
    const work: (...given: never[]) => Promise<unknown> = steps[step as keyof typeof steps];
    return { id, result: await work(...(given as never[])) };
  } catch (thrown) {
    return { id, problem: coerceError(thrown).toProblem() };
  }
}
