import type { Fault } from './journal.ts';
import { HOUR, MINUTE, PERIOD_MS, SECOND } from './simulated-cell.ts';
import { corruptKind, NAMED_POLICY } from './simulated-hub.ts';
import type { Delivery } from './simulated-lambda.ts';
import { between, calmWeather, type Service, share, type Throttled, type Weather } from './weather.ts';

/** Services that may be away, and for how long at most. A region that is dark takes the network of all servers with it. */
const AWAY: readonly { readonly what: Service; readonly mostMs: number; readonly chance: number }[] = [
  { what: 'registry', mostMs: 25 * MINUTE, chance: 0.5 },
  { what: 'memory', mostMs: 25 * MINUTE, chance: 0.5 },
  { what: 'claims', mostMs: 15 * MINUTE, chance: 0.5 },
  { what: 'api', mostMs: 3 * HOUR, chance: 0.7 },
  { what: 'hub', mostMs: 3 * HOUR, chance: 0.7 },
  { what: 'logs', mostMs: HOUR, chance: 0.5 },
  // Lambda tries a report again for five minutes.
  { what: 'topic', mostMs: 4 * MINUTE, chance: 0.7 },
  { what: 'network', mostMs: 40 * MINUTE, chance: 0.6 },
];

/** While these are away, no run can be made, or none gets in. */
const STOPS_RUNS: ReadonlySet<Service> = new Set(['registry', 'memory', 'claims', 'network']);

type Window = { readonly what: Service; readonly from: number; readonly until: number };

/**
 * Everything goes wrong now and then. Of one database, events are lost at most once in half an hour, so that a gap that is
 * longer is ours.
 */
export function stormyWeather(
  seed: number,
  start: number,
  hours: number,
): Weather & { readonly faults: readonly Fault[] } {
  const windows = AWAY.flatMap(({ what, mostMs, chance }): readonly Window[] => {
    if (share(seed, 'away', what) >= chance) return [];
    const from = start + Math.floor(between(seed, 0.1, 0.9, 'from', what) * hours * HOUR);
    return [{ what, from, until: from + Math.floor(between(seed, MINUTE, mostMs, 'until', what)) }];
  });
  const isAway: Weather['isAway'] = (what, at) =>
    windows.some((window) => window.what === what && window.from <= at && at < window.until);
  const schedules: Weather['schedules'] = (period) => {
    const chance = share(seed, 'schedules', period);
    // No two periods in a row are skipped.
    if (chance < 0.02 && Math.round(period / PERIOD_MS) % 2 === 0) return 0;
    return chance > 0.97 ? 2 : 1;
  };
  const corrupted = CORRUPTED.flatMap(({ name, mostMs, chance }): readonly Corrupted[] => {
    if (share(seed, 'corrupt', name) >= chance) return [];
    const from = start + Math.floor(between(seed, 0.05, 0.85, 'corrupt from', name) * hours * HOUR);
    const until = from + Math.floor(between(seed, 20 * MINUTE, mostMs, 'corrupt until', name));
    const text = CORRUPT_TEXTS[Math.floor(share(seed, 'corrupt text', name) * CORRUPT_TEXTS.length)] ?? '';
    return [{ name, from, until, text }];
  });
  const periods = Array.from({ length: hours * 12 }, (_, at) => start + at * PERIOD_MS);
  const skipped = periods.filter(
    (period) => schedules(period) === 0 || losesClaim(seed, period) || throttlesDispatch(seed, period),
  );
  const throttledApi = periods.filter((period) => throttlesApi(seed, period));
  const faults = [
    ...windows.map(({ what, ...rest }) => ({ kind: what, key: null, ...rest })),
    ...windows
      .filter(({ what }) => STOPS_RUNS.has(what))
      .map(({ what: _, ...rest }) => ({ kind: 'cell', key: null, ...rest })),
    ...skipped.map((from) => ({ kind: 'cell', key: null, from, until: from + PERIOD_MS })),
    ...throttledApi.map((from) => ({ kind: 'api', key: null, from, until: from + PERIOD_MS })),
    ...corrupted.map(({ name, from, until }) => ({ kind: corruptKind(name), key: null, from, until })),
    ...corrupted.filter(stopsAll).map(({ from, until }) => ({ kind: 'cell', key: null, from, until })),
  ];
  return {
    ...calmWeather(seed),
    ...{ faults, isAway, schedules },
    deliver: (name, about, at) => deliver(seed, name, about, at),
    concurrency: () => [10, 100, 1_000][seed % 3] ?? 1_000,
    losesAnswer: (what, at) =>
      what.startsWith('claims')
        ? losesClaim(seed, at) && what.includes('period')
        : share(seed, 'answer', what, at) < 0.005,
    apiAgeMs: (at) => between(seed, 0, 2 * MINUTE, 'api age', at),
    apiMs: (at) => between(seed, 100, 8_000, 'api', at),
    isBetweenPages: (key, at) => {
      const period = Math.floor(at / PERIOD_MS);
      return period % 2 === 0 && share(seed, 'page', key, period) < 0.01;
    },
    ...{ pageSize: 5, pageMs: 150 },
    throttles: (what, about, at) => throttles(seed, what, about, at),
    leavesUnread: (key, at, tries) => leavesUnread(seed, key, at, tries),
    corrupts: (name, at) =>
      corrupted.find((each) => each.name === name && each.from <= at && at < each.until)?.text ?? null,
    iamDelayMs: (key) => between(seed, SECOND, MINUTE, 'iam', key),
    indexAgeMs: (at) => between(seed, 200, 20_000, 'index', at),
    skewMs: (name) => (seed % 4 === 0 ? between(seed, -5 * MINUTE, 5 * MINUTE, 'skew', name) : 0),
  };
}

/** Objects of the bucket that somebody overwrites with something else, and for how long at most. */
const CORRUPTED = [
  { name: 'switch.json', mostMs: 3 * HOUR, chance: 0.5 },
  { name: 'policies/default.json', mostMs: 3 * HOUR, chance: 0.5 },
  { name: `policies/${NAMED_POLICY}.json`, mostMs: 6 * HOUR, chance: 0.7 },
] as const;
/** Cut short, empty, of another kind, and with words and numbers that no policy and no switch has. */
const CORRUPT_TEXTS = [
  '{"mode":"enf',
  '',
  '[]',
  '<html>Access denied</html>',
  'null',
  '{"mode":"enforced","relieve":{"when":{"usedPercent":950}}}',
] as const;

type Corrupted = {
  readonly name: string;
  readonly from: number;
  readonly until: number;
  readonly text: string;
};

/** A mode that is none of ours means that somebody wanted to stop everything. */
function stopsAll({ name, text }: Corrupted): boolean {
  return name === 'switch.json' && text.includes('enforced');
}

function throttles(seed: number, what: Throttled, about: string, at: number): boolean {
  const period = Math.floor(at / PERIOD_MS);
  switch (what) {
    case 'api':
      return throttlesApi(seed, at);
    case 'dispatch':
      return throttlesDispatch(seed, at);
    case 'write':
      // Not in two periods in a row, so that what was not written is written by the next one.
      return period % 2 === 0 && share(seed, 'throttled write', about, at) < 0.01;
    default: {
      const never: never = what;
      return never;
    }
  }
}

/** In every try of a period. */
function throttlesApi(seed: number, at: number): boolean {
  return share(seed, 'throttled api', Math.floor(at / PERIOD_MS)) < 0.04;
}

function throttlesDispatch(seed: number, at: number): boolean {
  const period = Math.floor(at / PERIOD_MS);
  return period % 4 === 3 && share(seed, 'throttled dispatch', period) < 0.02;
}

/** One item of seven now and then, which the next request reads, and now and then an item of a database in every request. */
function leavesUnread(seed: number, key: string, at: number, tries: number): boolean {
  const period = Math.floor(at / PERIOD_MS);
  const isThrottled = share(seed, 'throttled read', Math.floor(at / MINUTE)) < 0.1;
  const isLost =
    key.startsWith('vpc-') && mayLose(seed, key, at) && share(seed, 'unread', key, period) < 0.02;
  // Mostly none of them holds.
  if (isThrottled === isLost) return isLost;
  return share(seed, 'unread', key, at, tries) < 0.15 ? isThrottled : isLost;
}

/** The answer to the claim of a period is lost in every try. */
function losesClaim(seed: number, at: number): boolean {
  const period = Math.floor(at / PERIOD_MS);
  return period % 4 === 1 && share(seed, 'claim', period) < 0.02;
}

/** Reports come through a stream, which loses nothing. */
function deliver(seed: number, name: string, about: string, at: number): Delivery {
  const roll = share(seed, 'deliver', name, about, at);
  const delayMs = between(seed, 20, 3_000, 'delay', name, about, at);
  if (name === 'remediate' && mayLose(seed, about, at)) {
    if (roll < 0.02) return { delaysMs: [] };
    if (roll < 0.04) return { delaysMs: [MINUTE + delayMs] };
  }
  if (name === 'intake' && roll < 0.02) return { delaysMs: [] };
  if (roll > 0.97)
    return { delaysMs: [delayMs, delayMs + between(seed, 0, 40_000, 'double', name, about, at)] };
  if (roll > 0.93) return { delaysMs: [between(seed, 0, 55_000, 'late', name, about, at)] };
  return { delaysMs: [delayMs] };
}

/** In one of six periods. */
function mayLose(seed: number, about: string, at: number): boolean {
  const period = Math.floor(at / PERIOD_MS);
  const turn = Math.floor(share(seed, 'lost', about) * 3);
  return period % 3 === turn && Math.floor(period / 3) % 2 === 0;
}
