import { INDEX_DAYS } from '../../contract.ts';
import { groupName } from '../server/group-name.ts';
import type { RunSummary } from './incident.ts';
import type { IncidentIndex, IndexedIncident, IndexedRun } from './incident-index.ts';
import type { PlaceInIncident } from './place-in-incident.ts';

/** Older incidents are dropped: their records are gone, or soon will be. */
const KEPT_MS = INDEX_DAYS * 24 * 3_600_000;
/** More would make a file that a phone cannot open. */
const MOST_INCIDENTS = 300;
/** The newest runs of an incident. Its number of runs counts all. */
const MOST_RUNS = 20;

/** A run that belongs to an incident: to an open one, to one that it closed, or to one of its own. */
export type IndexEntry = {
  readonly server: string;
  /** What people call it, where that is another text. */
  readonly name?: string;
  /** Null when the run closed the incident of its server. */
  readonly incident: PlaceInIncident['incident'] | null;
  readonly run: IndexedRun;
  readonly nature: Pick<RunSummary, 'cause' | 'culprit'>;
};

/** The index with this run. A run that is reported twice is in it once. `now` is in milliseconds. */
export function addToIndex(index: IncidentIndex, entry: IndexEntry, now: number): IncidentIndex {
  const { server, incident } = entry;
  const open = index.incidents.find((each) => each.server === server && each.closedAt === null);
  const known =
    incident === null
      ? (open ?? closedBy(index, entry))
      : index.incidents.find((each) => each.server === server && each.id === incident.id);
  if (known === undefined && incident === null) return index;
  const changed = withRun(known ?? newIncident(entry), entry);
  const others = index.incidents
    .filter((each) => each !== known)
    // A server has one open incident. Its last run may have been closed without a run of its own.
    .map((each) => (each === open && changed.closedAt === null ? closedAtLastRun(each) : each));
  const incidents = [changed, ...others]
    .filter(({ runs, openedAt }) => now - Date.parse(runs.at(-1)?.at ?? openedAt) < KEPT_MS)
    .toSorted((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt))
    .slice(0, MOST_INCIDENTS);
  return { incidents };
}

/** The incident that this run has closed before, when it is reported again. */
function closedBy({ incidents }: IncidentIndex, { server, run }: IndexEntry): IndexedIncident | undefined {
  return incidents.find((each) => each.server === server && each.runs.some(({ id }) => id === run.id));
}

function newIncident({ server, name, incident, run }: IndexEntry): IndexedIncident {
  const openedAt = incident?.openedAt ?? run.at;
  return {
    ...{ id: incident?.id ?? run.id, server, ...(name !== undefined && { name }), openedAt, closedAt: null },
    ...{ cause: null, culprit: null, runCount: 0, ended: 0, runs: [] },
  };
}

function withRun(before: IndexedIncident, { incident, run, nature }: IndexEntry): IndexedIncident {
  const runs = [...before.runs.filter(({ id }) => id !== run.id), run].toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at),
  );
  const isKnown = before.runs.some(({ id }) => id === run.id);
  const isNewest = runs.at(-1)?.id === run.id;
  const { cause, culprit } = nature;
  const tells = cause !== null && (isNewest || before.cause === null);
  return {
    ...before,
    openedAt: incident?.openedAt ?? before.openedAt,
    closedAt: incident === null ? run.at : before.closedAt,
    cause: tells ? cause : before.cause,
    culprit: tells ? culprit && groupName(culprit) : before.culprit,
    runCount: Math.max(incident?.runs ?? 0, before.runCount + (isKnown ? 0 : 1)),
    ended: Math.max(incident?.ended ?? 0, before.ended + (isKnown ? 0 : run.ended)),
    runs: runs.slice(-MOST_RUNS),
  };
}

function closedAtLastRun(incident: IndexedIncident): IndexedIncident {
  return { ...incident, closedAt: incident.runs.at(-1)?.at ?? incident.openedAt };
}
