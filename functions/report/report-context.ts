import type { Destination } from '../events/parse-destination.ts';
import type { Attempts } from './count-attempts.ts';
import type { ReportPorts, ReportWork } from './report-ports.ts';

export type RecordDelivery = Extract<Destination, { readonly kind: 'record' }>;

/** One delivery of a run's record, on its way through the report. */
export type Report = {
  readonly delivery: RecordDelivery;
  readonly work: ReportWork;
  readonly attempts: Attempts;
  readonly ports: ReportPorts;
};
