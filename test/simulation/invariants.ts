import { isInQuarantine } from '../../functions/core/fleet/fleet-mode.ts';
import { parseRegistryItem } from '../../functions/core/fleet/registry-item.ts';
import type { Ending, Journal } from './journal.ts';
import { HOUR, MINUTE, PERIOD_MS, SECOND, TIMEOUT_MS } from './simulated-cell.ts';
import { hostOf, type SimulatedDatabase, stateAt } from './simulated-estate.ts';
import type { Stage } from './stage.ts';

/** How old the API may be. */
export const STALE_MS = 2 * MINUTE;
/** What AWS has changed stands in the registry after this time. */
export const CONVERGED_MS = 2 * PERIOD_MS + STALE_MS;
/** The longest that IAM takes to see a tag. */
export const IAM_MS = MINUTE;

const isoOf = (ms: number) => new Date(ms).toISOString().slice(11, 19);

/** Whether a fault of one of these kinds that is about the cell or the database lasted in a time. */
export function isExcused(
  journal: Journal,
  kinds: readonly string[],
  key: string,
  from: number,
  until: number,
): boolean {
  return journal.faults.some(
    (fault) =>
      kinds.includes(fault.kind) &&
      (fault.key === null || fault.key === key) &&
      fault.from <= until &&
      fault.until >= from,
  );
}

/** No database that nothing happened to waits for longer than twice its turn. */
export function gaps({ journal, tables }: Stage, databases: readonly SimulatedDatabase[], mostMs: number) {
  return databases.flatMap(({ key }) => {
    const rung = JSON.parse(tables.registry.get(key)?.item ?? '{}');
    if (rung.standing !== 'runs') return [];
    const turn = rung.rung === 'sweep' ? PERIOD_MS : 3 * PERIOD_MS;
    const starts = journal.runs.filter((run) => run.key === key).map(({ at }) => at);
    if (starts.length === 0) return [`${key} never ran`];
    return starts.slice(1).flatMap((at, index) => {
      const before = starts[index] ?? at;
      const isLong = at - before > turn * (mostMs / PERIOD_MS) + 65 * SECOND;
      return isLong && !isExcused(journal, ['cell'], key, before, at)
        ? [`${key} did not run from ${isoOf(before)} to ${isoOf(at)}`]
        : [];
    });
  });
}

/** What the registry has of a database that has not changed for a while is what AWS has. */
export function registryIsTrue({ journal, tables, estate, time }: Stage): readonly string[] {
  const now = time.now();
  return [...estate.databases.values()].flatMap((database) => {
    const { key } = database;
    const state = stateAt(database, now);
    if (state === null || now - state.at < CONVERGED_MS) return [];
    if (isExcused(journal, ['cell', 'api'], key, now - CONVERGED_MS, now)) return [];
    const { item, accepted } = tables.registry.get(key) ?? {};
    const found = parseRegistryItem(key, item, accepted);
    const isThere = found !== null && found.why !== 'gone';
    if (isThere !== state.exists)
      return [`${key} is ${isThere ? '' : 'not '}in the registry at ${isoOf(now)}`];
    if (found === null || !isThere) return [];
    const tag = state.tag === null ? 'absent' : state.tag === 'Enforce' ? 'unknown' : state.tag;
    const wanted = {
      tag,
      name: state.name,
      host: hostOf(state.name),
      status: state.status,
      policy: state.policy,
    };
    const seen = {
      tag: found.tag,
      name: found.name,
      host: found.host,
      status: found.status,
      policy: found.policy,
    };
    return JSON.stringify(seen) === JSON.stringify(wanted)
      ? []
      : [`the registry has ${JSON.stringify(seen)} for ${JSON.stringify(wanted)} at ${isoOf(now)}`];
  });
}

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
  const isSwapped = isExcused(journal, ['swap'], key, at - HOUR, at);
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
    'although people stopped it': journal.stops.some(
      (stop) =>
        (stop.key === null || stop.key === key) && stop.from <= begunAt && begunAt + skewMs < stop.until,
    ),
  };
  const found = Object.entries(checks).flatMap(([what, isSo]) => (isSo ? [what] : []));
  return found.map((what) => `sessions of ${key} ended ${what} at ${isoOf(at)}, login ${isoOf(loggedInAt)}`);
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
