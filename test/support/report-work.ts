import type { ReportWork } from '../../functions/report/report-ports.ts';
import { type ReportSteps, reportSteps } from '../../functions/report/report-steps.ts';

/** The steps of a report, in the thread that asks for them; `faults` replace some. */
export function workHere(result: unknown, faults: Partial<ReportSteps> = {}): ReportWork {
  return { ...reportSteps(result), ...faults, end: () => {} };
}
