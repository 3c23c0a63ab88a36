import { PRICES } from '../../../functions/core/declaration/prices.ts';

/** A cell of a fleet, and how long and how talkative a quiet run is. */
export type CellOfFleet = {
  readonly databases: number;
  /** Between 0 and 1: with a trigger, no open incident and less than 40 % in use. They are swept every fifteen minutes. */
  readonly calm: number;
  /** The memory of `remediate`. */
  readonly memoryMb: number;
  /** The billed duration of a quiet run. */
  readonly runMs: number;
  /** What a quiet run writes into its log, with the service's 26 bytes a line. */
  readonly logBytes: number;
};

/** Dollars a month by component. What only happens in an incident is not in it. */
export type CellCost = Readonly<Record<CellComponent, number>>;
type CellComponent =
  | 'runs'
  | 'dispatcher'
  | 'what runs read'
  | 'registry and claims'
  | 'logs'
  | 'metric and alarms'
  | 'policies of the organisation'
  | 'summary for the digest';

const MONTH_MINUTES = 30 * 24 * 60;
const PERIOD_MINUTES = 5;
const CALM_MINUTES = 15;
const HOURS = 30 * 24;

/** What a run reads before it connects, strongly consistent: registry item, switch, policy and memory. */
const READS_A_RUN = 4;
/** An item of the registry: so many kilobytes, each of them a unit to write, and four a unit to read. */
const ITEM_KB = 1.5;
/** Of the cell itself: switch, state, rungs and a policy of 3 KB. */
const CELL_KB = 6;
/** A dispatch without its starts: the API, the parameters, the tables and the bucket. */
const DISPATCH_MS = 1_000;
const DISPATCH_GB = 0.5;
/** Above fifty databases starts are spread, and the dispatcher waits between them. */
const SPREAD = { above: 50, msEach: 30, mostMs: 60_000 } as const;
/** One line a period, and Lambda's own lines only when something is wrong. */
const DISPATCH_LOG_BYTES = 800;
const TRIGGERS_SECONDS = 2;
/** The switch, and the policies that databases name: one mostly. */
const HUB_GETS = 2;
const ALARMS = 2;
const WEEKS = 30 / 7;
/** What the memory keeps of a database that had incidents. */
const MEMORY_KB = 8;
/** Reading all items, one after another. */
const SUMMARY_MS = { least: 2_000, each: 5 } as const;
/** At the hub a summary of one region writes the item of its account: some regions of 3 KB. */
const HUB_ITEM_KB = 15;
/** A summary is kept by an invocation of 256 MB, and is read once with all others. */
const KEEP = { ms: 300, gb: 0.25 } as const;
const GB = 1_000_000_000;

/** What one cell does in a month in which nothing happens. */
export function cellUnits({ databases, calm }: Pick<CellOfFleet, 'databases' | 'calm'>) {
  const dispatches = MONTH_MINUTES / PERIOD_MINUTES;
  const each = calm * (MONTH_MINUTES / CALM_MINUTES) + (1 - calm) * dispatches;
  return {
    dispatches,
    runs: databases * each,
    /** Items that say when their database was last seen. */
    seen: databases * HOURS,
    claims: dispatches,
    hubGets: dispatches * HUB_GETS,
    triggers: HOURS,
    summaries: WEEKS,
  };
}

/** What one cell costs by list prices, before any free tier: everything that runs while nothing happens. */
export function cellCost({ databases, calm, memoryMb, runMs, logBytes }: CellOfFleet): CellCost {
  const units = cellUnits({ databases, calm });
  const { dispatches: periods, runs } = units;
  const runGbSeconds = (memoryMb / 1_024) * (runMs / 1_000);
  return {
    runs: runs * (PRICES.invocation.dollars + runGbSeconds * PRICES.gbSecond.dollars),
    dispatcher: dispatcherCost(databases, units),
    'what runs read': runs * READS_A_RUN * PRICES.dynamoDbRead.dollars,
    'registry and claims': registryCost(databases, units),
    logs: ((runs * logBytes + periods * DISPATCH_LOG_BYTES) / GB) * PRICES.logGb.dollars,
    'metric and alarms': PRICES.metric.dollars + ALARMS * PRICES.alarm.dollars,
    'policies of the organisation': units.hubGets * PRICES.s3Get.dollars,
    'summary for the digest': units.summaries * summaryCost(databases),
  };
}

type CellUnits = ReturnType<typeof cellUnits>;

function dispatcherCost(databases: number, { dispatches: periods, triggers: hours }: CellUnits): number {
  const { above, msEach, mostMs } = SPREAD;
  const spreadMs = databases <= above ? 0 : Math.min(mostMs, databases * msEach);
  const seconds = (DISPATCH_MS + spreadMs) / 1_000;
  const dispatches = periods * (PRICES.invocation.dollars + DISPATCH_GB * seconds * PRICES.gbSecond.dollars);
  const triggers =
    hours * (PRICES.invocation.dollars + DISPATCH_GB * TRIGGERS_SECONDS * PRICES.gbSecond.dollars);
  return dispatches + triggers + periods * PRICES.schedulerInvocation.dollars;
}

/** Each dispatch reads the registry and the index; it writes one claim, and each hour that a database is still there. */
function registryCost(databases: number, { dispatches: periods, claims, seen }: CellUnits): number {
  const scanned = Math.ceil((databases * ITEM_KB + CELL_KB) / 4);
  const written = seen * Math.ceil(ITEM_KB);
  return (
    periods * (scanned + 1) * PRICES.dynamoDbRead.dollars + (claims + written) * PRICES.dynamoDbWrite.dollars
  );
}

/** One summary: `report` reads all of the cell and sends an event; the state of the cell is written; the hub keeps and reads it. */
function summaryCost(databases: number): number {
  const seconds = (SUMMARY_MS.least + databases * SUMMARY_MS.each) / 1_000;
  const functions =
    2 * PRICES.invocation.dollars +
    (DISPATCH_GB * seconds + KEEP.gb * (KEEP.ms / 1_000)) * PRICES.gbSecond.dollars;
  const read =
    Math.ceil((databases * ITEM_KB + CELL_KB) / 4) + Math.ceil((databases * MEMORY_KB) / 8) + HUB_ITEM_KB / 4;
  const written = 1 + HUB_ITEM_KB;
  return (
    functions +
    PRICES.busEvent.dollars +
    read * PRICES.dynamoDbRead.dollars +
    written * PRICES.dynamoDbWrite.dollars
  );
}
