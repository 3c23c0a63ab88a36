import { isInQuarantine } from '../../functions/core/fleet/fleet-mode.ts';
import { parseRegistryItem } from '../../functions/core/fleet/registry-item.ts';
import { OWN_FILTER } from '../../functions/core/fleet/trigger-rung.ts';
import type { Ending, Journal } from './journal.ts';
import { HOUR, MINUTE, PERIOD_MS, SECOND, TIMEOUT_MS } from './simulated-cell.ts';
import { type DatabaseState, hostOf, type SimulatedDatabase, stateAt } from './simulated-estate.ts';
import type { Stage } from './stage.ts';

/** How old the API may be. */
export const STALE_MS = 2 * MINUTE;
/** What AWS has changed stands in the registry after this time. */
export const CONVERGED_MS = 2 * PERIOD_MS + STALE_MS;
/** The longest that IAM takes to see a tag. */
export const IAM_MS = MINUTE;

const isoOf = (ms: number) => new Date(ms).toISOString().slice(5, 19);

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

/** No database without trouble waits for longer than twice its turn, and as long as no run could be made. */
export function gaps(
  { journal, tables, weather }: Stage,
  databases: readonly SimulatedDatabase[],
): readonly string[] {
  const byKey = Map.groupBy(journal.runs, ({ key }) => key);
  const cell = journal.faults.filter(({ kind }) => kind === 'cell');
  return databases.flatMap(({ key }) => {
    const known = JSON.parse(tables.registry.get(key)?.item ?? '{}');
    if (known.standing !== 'runs') return [];
    const turnMs = known.logGroup === null ? PERIOD_MS : 3 * PERIOD_MS;
    const starts = (byKey.get(key) ?? []).map(({ at }) => at);
    if (starts.length === 0) return [`${key} never ran`];
    return starts.slice(1).flatMap((at, index) => {
      const before = starts[index] ?? at;
      if (at - before <= 2 * turnMs + LATE_MS) return [];
      const excusedMs = cell
        .filter(({ from, until }) => from <= at && until >= before)
        .reduce((sum, { from, until }) => sum + until - from + turnMs, 0);
      // A failure is dated by the clock of `report`, and the next try by that of the dispatcher.
      const skewMs =
        Math.abs(weather.skewMs('report') - weather.skewMs('dispatch')) > 30 * SECOND ? PERIOD_MS : 0;
      if (at - before <= 2 * turnMs + LATE_MS + excusedMs + skewMs) return [];
      return [`${key} did not run from ${isoOf(before)} to ${isoOf(at)}`];
    });
  });
}

/** An event waits for a minute at most, and a large cell starts within half a minute. */
const LATE_MS = 65 * SECOND;

/** No login is tried once a database has been without its tag for as long as the registry needs to know it. */
export function noLateLogins({ journal, estate }: Stage): readonly string[] {
  return journal.logins.flatMap(({ key, at }) => {
    const database = estate.databases.get(key);
    if (database === undefined) return [`a login for ${key}, which never was`];
    const last = database.history.findLast((state) => state.at <= at);
    if (last === undefined || isTagged(last) || at - last.at < CONVERGED_MS) return [];
    const from = at - CONVERGED_MS;
    const wasTagged = database.history.some((state, index) => {
      const until = database.history[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      return isTagged(state) && until > from && state.at <= at;
    });
    if (wasTagged || isExcused(journal, ['cell', 'api'], key, from, at)) return [];
    return [`a login for ${key} at ${isoOf(at)}, which has no tag since ${isoOf(last.at)}`];
  });
}

function isTagged({ tag, exists }: DatabaseState): boolean {
  return exists && (tag === 'enforce' || tag === 'observe');
}

/** However many lines a server writes, its refusals, and the alarm on them, start one run a minute. */
export function oneRunAMinute({ journal }: Stage): readonly string[] {
  const refusals = journal.runs.filter(({ trigger }) => trigger !== 'sweep');
  return [...Map.groupBy(refusals, ({ key }) => key)].flatMap(([key, runs]) => {
    const sent = [...new Map(runs.map(({ id, sentAt }) => [id, sentAt])).values()].toSorted((a, b) => a - b);
    return sent.slice(1).flatMap((at, index) => {
      const before = sent[index] ?? at;
      return at - before < MINUTE ? [`refusals started two runs of ${key} within ${at - before} ms`] : [];
    });
  });
}

/** A period starts one run of a database, however often the scheduler says so. */
export function oneSweepAPeriod({ journal }: Stage): readonly string[] {
  const sweeps = journal.runs.filter(({ trigger }) => trigger === 'sweep');
  const byTurn = Map.groupBy(
    sweeps,
    ({ key, sentAt }) => `${key} at ${new Date(Math.floor(sentAt / MINUTE) * MINUTE).toISOString()}`,
  );
  return [...byTurn].flatMap(([turn, runs]) => {
    const ids = new Set(runs.map(({ id }) => id));
    return ids.size > 1 ? [`${ids.size} sweeps of ${turn}`] : [];
  });
}

/** Where a log trigger is, a refusal is looked into within about a minute. */
export function refusalsAreHeard({ journal, estate, time }: Stage): readonly string[] {
  const byKey = Map.groupBy(journal.runs, ({ key }) => key);
  return journal.heard.flatMap(({ key, at }) => {
    if (at > time.now() - 5 * MINUTE || !isSteady(estate.databases.get(key), at)) return [];
    if (isExcused(journal, ['cell', 'api'], key, at - 2 * MINUTE, at + 3 * MINUTE)) return [];
    const isLookedInto = (byKey.get(key) ?? []).some(
      (run) => run.at > at - 2 * MINUTE && run.at < at + 3 * MINUTE,
    );
    return isLookedInto ? [] : [`nobody looked after clients of ${key} were refused at ${isoOf(at)}`];
  });
}

/** Whether a database has run and been the same for long. */
function isSteady(database: SimulatedDatabase | undefined, at: number): boolean {
  const state = database && stateAt(database, at);
  return (
    state != null && at - state.at > 3 * CONVERGED_MS && (state.tag === 'enforce' || state.tag === 'observe')
  );
}

/** An outage of a cell is told when it begins, each half an hour, and when it is over. */
export function oneStoryPerOutage({ journal }: Stage): readonly string[] {
  const told = new Map(journal.news.map(({ sent }) => [sent.id, sent]));
  const outages = [...told.values()].flatMap(({ news, at }) =>
    news.kind === 'outage' ? [{ ...news, at }] : [],
  );
  const wrong = outages.flatMap(({ phase, since, at }, index) => {
    const before = outages[index - 1];
    const isOpen = before !== undefined && before.phase !== 'over';
    if (phase === 'began' && isOpen) return [`an outage began at ${isoOf(Date.parse(at))} within another`];
    if (phase !== 'began' && !isOpen) return [`an outage that never began is ${phase}`];
    if (phase !== 'began' && before?.since !== since) return [`two outages are told as one`];
    const tooSoon =
      phase === 'lasts' && Date.parse(at) - Date.parse(before?.at ?? '') < 30 * MINUTE - PERIOD_MS;
    return tooSoon ? [`an outage is told again at ${isoOf(Date.parse(at))}`] : [];
  });
  return wrong;
}

/** While the network of all servers is away, no single one is told. The first few may be: fewer than five are no outage yet. */
export function noStoriesOfSingles(
  { journal, weather }: Stage,
  databases: readonly SimulatedDatabase[],
): readonly string[] {
  const keys = new Set(databases.map(({ key }) => key));
  const opened = journal.told.filter(({ kind, key }) => kind === 'opened' && keys.has(key));
  // With clocks that are minutes apart, failures of one period look older than two.
  if (weather.skewMs('report') !== 0) return [];
  return journal.faults
    .filter(({ kind }) => kind === 'network')
    .flatMap(({ from, until }) => {
      const singles = new Set(
        opened.filter(({ at }) => from <= at && at <= until + 2 * PERIOD_MS).map(({ key }) => key),
      );
      return singles.size > 4 ? [`${singles.size} databases are told one by one at ${isoOf(from)}`] : [];
    });
}

/** Each message is taken at least once, and all tries of one have the same id. */
export function nothingUntold({ journal, time }: Stage): readonly string[] {
  const byId = Map.groupBy(journal.told, ({ id }) => id);
  return [...byId].flatMap(([id, tries]) => {
    const first = tries[0];
    const isYoung = first !== undefined && time.now() - first.at < 10 * MINUTE;
    if (isYoung || tries.some(({ isTaken }) => isTaken)) return [];
    return [`message ${id} was never taken`];
  });
}

/** Log groups have the filters of others as they were. */
export function othersFiltersStay({ journal, logs }: Stage): readonly string[] {
  return [...journal.others].flatMap(([group, before]) => {
    const now = JSON.stringify((logs.groups.get(group) ?? []).filter(({ name }) => name !== OWN_FILTER));
    return now === before ? [] : [`${group} had ${before} and has ${now}`];
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
