import { coerceError } from '../core/base/errors.ts';
import { blindText, CELL_KEYS, type CellState, cellStateText } from '../core/fleet/cell-items.ts';
import { type CellFacts, cellNews } from '../core/fleet/cell-story.ts';
import type { Period } from '../core/fleet/due.ts';
import { isHourOld } from '../core/fleet/is-hour-old.ts';
import type { RegisteredDatabase } from '../core/fleet/registry-item.ts';
import { weekOf } from '../core/fleet/week-of.ts';
import type { Sight } from './bring-up-to-date.ts';
import type { Cell } from './cell-of.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import type { Organisation } from './read-organisation.ts';

/** What a period found of its cell. */
export type Found = Pick<CellFacts, 'health'> & {
  readonly cell: Cell;
  readonly sight: Sight;
  readonly organisation: Organisation;
  readonly running: readonly RegisteredDatabase[];
  readonly period: Period;
};

/**
 * Remembers what changed of the cell, and tells it. News are remembered before they are sent and forgotten afterwards, so
 * that a dispatch that ends in between sends them again with the same id. A calm period writes nothing.
 */
export async function settleState(found: Found, ports: DispatchPorts): Promise<void> {
  const before = found.cell.state;
  const state = cellNews(before, factsOf(found), ports.now());
  try {
    const known = cellStateText(before);
    if (cellStateText(state) !== known) await write(state, ports);
    await tellRuns(found, state, ports);
    for (const news of state.untold) await ports.tell(news);
    if (state.untold.length > 0) await write({ ...state, untold: [] }, ports);
    if (needsTriggers(found, ports.now())) await ports.invokeTriggers();
    await summariseOnce({ ...state, untold: [] }, found.period, ports);
  } catch (thrown) {
    ports.log('cell-not-settled', { ...coerceError(thrown).toProblem() });
  }
}

/**
 * From the second period in a row without the API on, the registry is older than a swap of blue and green may stay unseen: runs
 * end nothing until it answers. The first is mostly one refused request.
 */
async function tellRuns(
  { cell: { blindSince: known }, period }: Found,
  { apiAwaySince: since }: CellState,
  ports: DispatchPorts,
): Promise<void> {
  const isBlind = since !== null && ports.now() - Date.parse(since) >= period.ms / 2;
  const blindSince = isBlind ? since : null;
  if (blindSince === known) return;
  const text = blindSince === null ? null : blindText(blindSince);
  await ports.writeCell({ key: CELL_KEYS.switch, attribute: 'item', text });
}

/**
 * Once a week. It is remembered afterwards, and not claimed before: a dispatch that ends in between asks again, and the newest summary
 * counts.
 */
async function summariseOnce(state: CellState, { at }: Period, ports: DispatchPorts): Promise<void> {
  const week = weekOf(at);
  const isDone = Date.parse(state.summarised ?? '') >= Date.parse(week);
  if (ports.summarise === null || isDone) return;
  await ports.summarise(week);
  await write({ ...state, summarised: week }, ports);
}

function write(state: CellState, ports: DispatchPorts): Promise<void> {
  return ports.writeCell({ key: CELL_KEYS.state, attribute: 'item', text: cellStateText(state) });
}

function factsOf({ sight, organisation, running, health, period }: Found): CellFacts {
  const { policies, switchTag, switchProblem, problem } = organisation;
  return {
    ...{ health, running, policies, switchTag, switchProblem, period },
    apiProblem: sight.problem,
    bucketProblem: problem,
    networks: sight.networks,
  };
}

/** Hourly, and as soon as a log group has joined or left. */
function needsTriggers({ cell: { rungs }, running }: Found, now: number): boolean {
  const wanted = new Set(running.flatMap(({ logGroup }) => (logGroup === null ? [] : [logGroup])));
  const known = new Set(rungs?.groups.map(({ group }) => group));
  if (wanted.size !== known.size || [...wanted].some((group) => !known.has(group))) return true;
  return wanted.size > 0 && isHourOld(rungs?.at ?? '', now);
}
