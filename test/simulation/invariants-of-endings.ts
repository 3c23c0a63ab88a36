import { isInQuarantine } from '../../functions/core/fleet/fleet-mode.ts';
import { parseRegistryItem } from '../../functions/core/fleet/registry-item.ts';
import { IAM_MS, isExcused, isoOf } from './invariants.ts';
import type { Ending, Journal } from './journal.ts';
import { HOUR, TIMEOUT_MS } from './simulated-cell.ts';
import { type SimulatedDatabase, stateAt } from './simulated-estate.ts';
import type { Stage } from './stage.ts';

/** Sessions end only inside the lock, by the role that may, where everything allows it, and never more than had to. */
export function lawfulEndings(stage: Stage): readonly string[] {
  const { journal } = stage;
  const ofRuns = Map.groupBy(journal.endings, ({ run, loggedInAt }) => `${run} ${loggedInAt}`);
  const tooMany = [...ofRuns.values()].flatMap((endings) => {
    const ended = endings.reduce((sum, { sessions }) => sum + sessions, 0);
    const need = Math.max(...endings.map((ending) => ending.need));
    return ended > need ? [`${endings[0]?.key} lost ${ended} sessions, ${need} had to end`] : [];
  });
  return [...tooMany, ...journal.endings.flatMap((ending) => unlawful(ending, stage))];
}

function unlawful(ending: Ending, stage: Stage): readonly string[] {
  const { key, endedOn, at, role, holdsLock, loggedInAt } = ending;
  const { journal, estate, weather } = stage;
  const run = journal.runs.findLast((each) => each.id === ending.run && each.at <= at);
  const item = parseRegistryItem(key, run?.item, undefined);
  const server = estate.databases.get(endedOn);
  const begunAt = run?.at ?? at;
  const isSwapped = isExcused(journal, ['swap'], key, at, at);
  const skewMs = Math.abs(weather.skewMs('remediate'));
  const accepted = journal.accepted.some((each) => each.key === key && each.at <= at);
  const checks: Readonly<Record<string, boolean>> = {
    'outside the lock': !holdsLock,
    'by another role': role !== 'headroom',
    'on another database': endedOn !== key && !isSwapped,
    'although the registry does not enforce': item?.tag !== 'enforce' || item.standing !== 'runs',
    'in quarantine':
      !accepted &&
      (item === null || isInQuarantine(item, begunAt + skewMs) || isYoung(server, at + skewMs)) &&
      !isSwapped,
    'after its tag went': server === undefined || !wasEnforced(server, at - IAM_MS - TIMEOUT_MS, at),
    'without a proof of the cell': !wasProven(journal, begunAt, at),
    'although people stopped it': journal.stops.some(
      (stop) =>
        (stop.key === null || stop.key === key) && stop.from <= begunAt && begunAt + skewMs < stop.until,
    ),
  };
  const found = Object.entries(checks).flatMap(([what, isSo]) => (isSo ? [what] : []));
  return found.map((what) => `sessions of ${key} ended ${what} at ${isoOf(at)}, login ${isoOf(loggedInAt)}`);
}

/** Whether a proof stood in the registry at some moment of a run. */
function wasProven({ proofs }: Journal, from: number, until: number): boolean {
  const last = proofs.findLast(({ at }) => at <= from);
  return last?.isProven === true || proofs.some(({ at, isProven }) => isProven && at > from && at <= until);
}

function isYoung(server: SimulatedDatabase | undefined, at: number): boolean {
  return server === undefined || at - server.createdAt < 24 * HOUR;
}

/** Whether a database had the tag `enforce` at some moment of a time. */
function wasEnforced(database: SimulatedDatabase, from: number, until: number): boolean {
  return (
    stateAt(database, from)?.tag === 'enforce' ||
    database.history.some(({ at, tag }) => at >= from && at <= until && tag === 'enforce')
  );
}
