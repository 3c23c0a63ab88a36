import { plainName } from '../base/plain-name.ts';
import { FORGOTTEN } from '../run/redact-record.ts';
import type { IncidentIndex, IndexedIncident } from './incident-index.ts';

/** What an index must not show any longer. */
export type ToForget = {
  readonly server: string;
  /** Ids of runs that are deleted. */
  readonly runs: ReadonlySet<string>;
  /** Whether the name of a culprit has to go. Null for the whole server. */
  readonly isForgotten: ((culprit: string) => boolean) | null;
};

/** The index without the server, or without some programs and without links to the runs that are deleted. */
export function forgetInIndex(index: IncidentIndex, { server, runs, isForgotten }: ToForget): IncidentIndex {
  const isOfServer = (incident: IndexedIncident) => plainName(incident.server) === plainName(server);
  if (isForgotten === null) return { incidents: index.incidents.filter((incident) => !isOfServer(incident)) };
  const changed = (incident: IndexedIncident): IndexedIncident => ({
    ...incident,
    culprit: incident.culprit !== null && isForgotten(incident.culprit) ? FORGOTTEN : incident.culprit,
    runs: incident.runs.map((run) => (runs.has(run.id) ? { ...run, hasPage: false } : run)),
  });
  return { incidents: index.incidents.map((each) => (isOfServer(each) ? changed(each) : each)) };
}
