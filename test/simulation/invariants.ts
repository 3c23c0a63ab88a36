import { parseRegistryItem, type RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';
import { OWN_FILTER } from '../../functions/core/fleet/trigger-rung.ts';
import type { Journal } from './journal.ts';
import { MINUTE, PERIOD_MS, SECOND } from './simulated-cell.ts';
import { type DatabaseState, hostOf, type SimulatedDatabase, stateAt } from './simulated-estate.ts';
import type { SimulatedTables } from './simulated-tables.ts';
import type { Stage } from './stage.ts';

/** How old the API may be. */
export const STALE_MS = 2 * MINUTE;
/** What AWS has changed stands in the registry after this time. */
export const CONVERGED_MS = 2 * PERIOD_MS + STALE_MS;
/** The longest that IAM takes to see a tag. */
export const IAM_MS = MINUTE;

/** The moment without its year. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(5, 19);
}

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

/**
 * No database without trouble waits for longer than twice its turn, and as long as no run could be made. What counts is when its runs
 * were asked for: Lambda may keep each event for a minute more. One event that is lost or expires is within twice the turn. Further
 * ones are only around a time without runs, and beside a run whose items a throttled table did not hand out. The API may miss a database in two answers, and then answer no more: it is gone until it answers.
 */
export function gaps(
  { journal, tables, weather }: Stage,
  databases: readonly SimulatedDatabase[],
): readonly string[] {
  const byKey = Map.groupBy(journal.runs, ({ key }) => key);
  const begun = new Set(journal.runs.map(({ id }) => id));
  const expired = journal.asked.filter(({ id }) => !begun.has(id));
  const lostOf = Map.groupBy([...journal.lost, ...expired], ({ key }) => key);
  const unreadOf = Map.groupBy(journal.unread, ({ key }) => key);
  const missedOf = Map.groupBy(journal.missed, ({ key }) => key);
  const cell = journal.faults.filter(({ kind }) => kind === 'cell');
  const api = journal.faults.filter(({ kind }) => kind === 'api');
  return databases.flatMap(({ key }) => {
    const known = JSON.parse(tables.registry.get(key)?.item ?? '{}');
    if (known.standing !== 'runs') return [];
    const turnMs = known.logGroup === null ? PERIOD_MS : 3 * PERIOD_MS;
    const starts = (byKey.get(key) ?? []).map(({ sentAt }) => sentAt).toSorted((one, other) => one - other);
    if (starts.length === 0) return [`${key} never ran`];
    return starts.slice(1).flatMap((at, index) => {
      const before = starts[index] ?? at;
      if (at - before <= 2 * turnMs + LATE_MS) return [];
      const since = (from: number, all: readonly { readonly at: number }[] = []) =>
        all.filter((each) => each.at >= from && each.at <= at).length;
      const unread = since(before, unreadOf.get(key));
      const lost = since(before, lostOf.get(key)) + unread;
      // The first time that it is missed it still runs.
      const isGone = since(before - 2 * PERIOD_MS, missedOf.get(key)) >= 2;
      const stopping = isGone ? [...cell, ...api] : cell;
      // The event has the time of the dispatcher's clock.
      const offMs = Math.abs(weather.skewMs('dispatch'));
      const faults = stopping.filter(({ from, until }) => from <= at + offMs && until >= before - offMs);
      const excusedMs =
        faults.reduce((sum, { from, until }) => sum + until - from + turnMs, 0) +
        (faults.length === 0 && unread === 0 ? 0 : Math.max(0, lost - 1) * turnMs);
      if (at - before <= 2 * turnMs + LATE_MS + excusedMs) return [];
      return [`${key} did not run from ${isoOf(before)} to ${isoOf(at)}`];
    });
  });
}

/** The event of a dispatch waits for a minute at most. */
const LATE_MS = 65 * SECOND;

/** No login is tried once a database has been without its tag, or shut, for as long as the registry needs to know it. */
export function noLateLogins({ journal, estate }: Stage): readonly string[] {
  return journal.logins.flatMap(({ key, at }) => {
    const database = estate.databases.get(key);
    if (database === undefined) return [`a login for ${key}, which never was`];
    const last = database.history.findLast((state) => state.at <= at);
    if (last === undefined || isOpen(last) || at - last.at < CONVERGED_MS) return [];
    const from = at - CONVERGED_MS;
    const wasOpen = database.history.some((state, index) => {
      const until = database.history[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      return isOpen(state) && until > from && state.at <= at;
    });
    if (wasOpen || isExcused(journal, ['cell', 'api'], key, from, at)) return [];
    return [
      `a login for ${key} at ${isoOf(at)}, which has no tag or is ${last.status} since ${isoOf(last.at)}`,
    ];
  });
}

/** States in which a drawn server takes no session. */
const SHUT: ReadonlySet<string> = new Set(['stopped', 'storage-full']);

function isOpen({ tag, exists, status }: DatabaseState): boolean {
  return exists && (tag === 'enforce' || tag === 'observe') && !SHUT.has(status);
}

/** What Lambda took is run, or written down as expired: an event that is throttled for too long is not forgotten. */
export function nothingGoesAstray({ journal, estate, time }: Stage): readonly string[] {
  const begun = new Set(journal.runs.map(({ id }) => id));
  return journal.asked.flatMap(({ id, key, at }) => {
    if (begun.has(id) || journal.noted.has(id) || at > time.now() - NOTED_MS) return [];
    // Lambda gives up a report that its tables refuse for five minutes.
    const isExcusedNow = isExcused(journal, ['registry', 'memory'], key, at, at + NOTED_MS);
    const database = estate.databases.get(key);
    if (isExcusedNow || (database !== undefined && stateAt(database, at + NOTED_MS)?.exists !== true))
      return [];
    return [`the run of ${key} that was asked for at ${isoOf(at)} went astray`];
  });
}

/** An event waits for a minute, and `report` is tried again for five. */
const NOTED_MS = 12 * MINUTE;

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

/**
 * While the network of all servers is away, no single one is told. The first few may be: fewer than five are no outage yet. A run
 * that crashed is told: its record got lost, so that nobody knows what it did.
 */
export function noStoriesOfSingles(
  { journal, weather }: Stage,
  databases: readonly SimulatedDatabase[],
): readonly string[] {
  const keys = new Set(databases.map(({ key }) => key));
  const opened = journal.told.filter(
    ({ kind, key, isOfCrash }) => kind === 'opened' && !isOfCrash && keys.has(key),
  );
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
    const found = parsed(tables, key);
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

type Parsed = { readonly item: string | undefined; readonly database: RegisteredDatabase | null };
const PARSED = new WeakMap<SimulatedTables, Map<string, Parsed>>();

/** The item of a database, parsed again when it has changed. */
function parsed(tables: SimulatedTables, key: string): RegisteredDatabase | null {
  const known = PARSED.get(tables) ?? new Map<string, Parsed>();
  PARSED.set(tables, known);
  const { item } = tables.registry.get(key) ?? {};
  const last = known.get(key);
  if (last !== undefined && last.item === item) return last.database;
  const database = parseRegistryItem(key, item, undefined);
  known.set(key, { item, database });
  return database;
}
