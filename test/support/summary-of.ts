import type { Explained } from '../../functions/core/diagnosis/explain.ts';
import type { RunSummary } from '../../functions/core/incident/incident.ts';
import { causeIn, summaryOfHead } from '../../functions/core/incident/run-summary.ts';
import { headOf } from '../../functions/core/run/run-head.ts';

/** What an explained run means for the incident of its server, as `report` puts it together. */
export function summaryOf({ record, diagnosis }: Explained): RunSummary {
  return { ...summaryOfHead(record, headOf(record)), ...causeIn(diagnosis) };
}
