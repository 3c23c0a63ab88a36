import { groupText } from '../server/rank-groups.ts';
import type { RunSummary } from './incident.ts';
import type { Memory } from './memory.ts';
import { addToOutbox } from './outbox.ts';
import { clipped } from './story.ts';

/** What a policy in mode `observe` would have done so far. Its schema explains the fields. */
export type Observation = NonNullable<Memory['observed']>;
type Program = Observation['programs'][number];

/** After this time people are told once, so that they can decide whether to enforce. */
const WEEK_MS = 7 * 24 * 60 * 60_000;
/** Memory is small. Programs in fewer runs are dropped. */
const MOST_PROGRAMS = 8;

/**
 * Counts a run that only observed. After a week a message is due, once. A run that
 * enforces begins anew. A run that would have ended nothing changes nothing, so that it costs no write.
 */
export function noteObservation(memory: Memory, run: RunSummary): Memory {
  if (run.mode === 'enforce') return withoutObservation(memory);
  if (run.mode !== 'observe' || run.planned === undefined) return memory;
  const before = memory.observed ?? beginning(run);
  const observed = before.lastRunId === run.runId && memory.observed ? before : counted(before, run);
  const isDue = observed.toldBy === null && Date.parse(run.startedAt) - Date.parse(observed.since) >= WEEK_MS;
  if (isDue) {
    const told = { ...observed, toldBy: run.runId };
    const message = { runId: run.runId, story: null, checks: [], observed: told };
    return { ...addToOutbox(memory, message), observed: told };
  }
  return observed === memory.observed ? memory : { ...memory, observed };
}

function withoutObservation(memory: Memory): Memory {
  if (memory.observed === undefined) return memory;
  const { observed: _, ...rest } = memory;
  return rest;
}

function beginning({ runId, startedAt }: RunSummary): Observation {
  return { since: startedAt, lastRunId: runId, runs: 0, most: 0, programs: [], toldBy: null };
}

function counted(before: Observation, { runId, planned }: RunSummary): Observation {
  const { chosen = 0, groups = [] } = planned ?? {};
  if (chosen === 0) return before;
  const seen = groups.flatMap(({ group, count }): readonly Program[] => {
    const name = clipped(group);
    return name === null ? [] : [{ group: name, runs: 1, most: count }];
  });
  return {
    ...before,
    lastRunId: runId,
    runs: before.runs + 1,
    most: Math.max(before.most, chosen),
    programs: merged([...before.programs, ...seen]),
  };
}

function merged(programs: readonly Program[]): readonly Program[] {
  return [...Map.groupBy(programs, ({ group }) => groupText(group)).values()]
    .flatMap((those) => {
      const [first] = those;
      if (first === undefined) return [];
      const runs = those.reduce((sum, each) => sum + each.runs, 0);
      return [{ group: first.group, runs, most: Math.max(...those.map(({ most }) => most)) }];
    })
    .toSorted((a, b) => b.runs - a.runs || b.most - a.most)
    .slice(0, MOST_PROGRAMS);
}
