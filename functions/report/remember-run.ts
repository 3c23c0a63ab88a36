import { coerceError } from '../core/base/errors.ts';
import { followIncident } from '../core/incident/follow-incident.ts';
import type { OutboxMessage, RunSummary, Story } from '../core/incident/incident.ts';
import { incidentStateOf } from '../core/incident/incident-state.ts';
import type { Memory } from '../core/incident/memory.ts';
import { noteObservation, type Observation } from '../core/incident/observation.ts';
import {
  addToOutbox,
  announceChecks,
  markDelivered,
  type OutboxKey,
  outboxMessageOf,
} from '../core/incident/outbox.ts';
import { type PlaceInIncident, placeInIncident } from '../core/incident/place-in-incident.ts';
import { type Due, topicsOf } from './publish.ts';
import type { MemoryStore, MessageKind, ReportPorts } from './report-ports.ts';
import { updateMemory } from './update-memory.ts';

/**
 * How long a refusal without a reason waits for the report that may explain it. Among several events at once,
 * one run acts, and the next run finds free slots as soon as it ends. But the report of the run that acted
 * takes longer.
 */
const PATIENCE_MS = 5_000;

/** `unknown` when nothing is remembered, null when the run belongs to no incident. */
export type RunPlace = PlaceInIncident | 'closed' | 'unknown' | null;

/** A run as it is reported. */
export type ReportedRun = {
  /** Null when the server is not known. */
  readonly server: string | null;
  readonly summary: RunSummary;
  /** Whether people are told of it when nothing is remembered about earlier runs. */
  readonly isReportable: boolean;
  /** The checks of the misconfigurations that it found. Null when it did not look. */
  readonly checks: readonly string[] | null;
  /** Whether it chose sessions that the old meaning of `keepPerGroup` would have kept. */
  readonly hasKeptBefore?: boolean;
};

/** `saysKeptBefore` is `unknown` when we cannot tell whether people know it already. */
type DueRun = Due & { readonly story: Story | null; readonly saysKeptBefore: boolean | 'unknown' };

/** The messages that are due for a run. Without a story the message is about the run alone. */
export type Dues = {
  /** Where the run stands in the incident of its server. */
  readonly place: RunPlace;
  readonly run: DueRun | null;
  /** The misconfigurations that are news. `unknown` when we cannot tell which are. */
  readonly checks: (Due & { readonly checks: readonly string[] }) | null | 'unknown';
  /** A week of observing to sum up. Without memory there is none. */
  readonly observed: (Due & { readonly observed: Observation }) | null;
};

/**
 * Adds a run to the memory of its server and returns the messages that are due. Memory is written before the
 * messages are published, so that a run which is delivered again publishes only what is missing. Without a
 * memory that can be read and written, each run is reported by itself.
 */
export async function rememberRun(run: ReportedRun, ports: ReportPorts): Promise<Dues> {
  const { memory, now, sleep } = ports;
  const { server } = run;
  if (memory === null || server === null) return duesOfNobody(run, ports);
  try {
    const isUnexplained = incidentStateOf(run.summary) === 'unexplained';
    if (isUnexplained && wouldOpen(await memory.read(server), run)) await sleep(PATIENCE_MS);
    const { after } = await updateMemory(memory, server, (known) => remembering(known, run, now()));
    const place = placeInIncident(after, run.summary);
    return { place, ...duesIn(after, run.summary.runId, memory, server, ports) };
  } catch (thrown) {
    noteTrouble(thrown, server, ports);
    return duesOfNobody(run, ports);
  }
}

function wouldOpen({ incident, runs }: Memory, { summary }: ReportedRun): boolean {
  return incident === null && !runs.some(({ id }) => id === summary.runId);
}

function remembering(before: Memory, { summary, checks, hasKeptBefore }: ReportedRun, now: number): Memory {
  const { runId } = summary;
  const { memory, isTold, story } = followIncident(noteObservation(before, summary), summary, now);
  const followed = isTold ? addToOutbox(memory, { runId, story, checks: [] }) : memory;
  const saysIt = isTold && hasKeptBefore === true && memory.keepToldBy === undefined;
  const noted = saysIt ? { ...followed, keepToldBy: runId } : followed;
  return checks === null ? noted : announceChecks(noted, runId, checks);
}

function duesOfNobody({ summary, isReportable, checks }: ReportedRun, ports: ReportPorts): Dues {
  const identity = { id: `${summary.runId}-run`, kind: 'run', incident: null } as const;
  const due = { identity, topics: topicsOf(ports), mark: async () => {} };
  const run = isReportable ? ({ ...due, story: null, saysKeptBefore: 'unknown' } as const) : null;
  return { place: 'unknown', run, checks: checks === null ? null : 'unknown', observed: null };
}

/** The kind of a message, unless its story has one. */
const KINDS: Readonly<Record<OutboxKey['about'], 'misconfigured' | 'observed' | 'warning' | null>> = {
  run: null,
  checks: 'misconfigured',
  observed: 'observed',
  warning: 'warning',
};

function duesIn(
  memory: Memory,
  runId: string,
  store: MemoryStore,
  server: string,
  ports: ReportPorts,
): Omit<Dues, 'place'> {
  const dueOf = (about: OutboxKey['about']) => outboxDue(memory, { runId, about }, { store, server }, ports);
  const run = dueOf('run');
  const week = dueOf('observed');
  const { observed } = week ?? {};
  return {
    run: run === null ? null : { ...run, saysKeptBefore: memory.keepToldBy === runId },
    checks: dueOf('checks'),
    observed: week === null || observed === undefined ? null : { ...week, observed },
  };
}

/** A message of the outbox, with the topics that have not taken it. Null when there is none left to publish. */
export function outboxDue(
  memory: Memory,
  key: OutboxKey,
  { store, server }: { readonly store: MemoryStore; readonly server: string },
  ports: ReportPorts,
): (Due & OutboxMessage) | null {
  const all = topicsOf(ports);
  const message = outboxMessageOf(memory, key);
  const topics = all.filter((topic) => message !== null && !message.taken.includes(topic));
  if (message === null || topics.length === 0) return null;
  const kind: MessageKind = KINDS[key.about] ?? message.story?.kind ?? 'run';
  const mark: Due['mark'] = (taken) =>
    updateMemory(store, server, (known) => markDelivered(known, key, taken, all)).then(
      () => {},
      (thrown) => noteTrouble(thrown, server, ports),
    );
  const identity = { id: `${key.runId}-${kind}`, kind, incident: message.story?.incident.id ?? null };
  return { ...message, identity, topics, mark };
}

/** Problems with memory are logged and counted. The message does not wait for them. */
function noteTrouble(thrown: unknown, server: string, { log, count }: ReportPorts): void {
  log('memory-trouble', { server, ...coerceError(thrown).toProblem() });
  count({ kind: 'own', metrics: [{ name: 'memoryUnreadable', unit: 'Count', value: 1 }] });
}
