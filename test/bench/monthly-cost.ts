/** List prices of us-east-1 in dollars, before any free tier (AWS's pricing pages, 2026). */
const PRICES = {
  gbSecond: 0.000_013_333_4,
  invocation: 0.2 / 1_000_000,
  schedulerInvocation: 1 / 1_000_000,
  logGb: 0.5,
  alarm: 0.1,
  metric: 0.3,
  secret: 0.4,
  secretCall: 0.05 / 10_000,
  dynamoDbRead: 0.125 / 1_000_000,
  endpointHour: 0.01,
  key: 1,
  dashboard: 3,
} as const;

const HOURS = 730;
const DAYS = 30;
const KB = 1 / 1_000_000;
/** Names of metrics that each run sends, by choice, and alarms about a server's runs (docs/operate/metrics.md). */
const METRICS = { none: 0, few: 3, all: 7 } as const;
const ALARMS = { none: 4, few: 6, all: 6 } as const;
/** Log of both functions for one quiet run. */
const LOG_KB = 2;
const REPORTING_ALARMS = 6;
/** The billed duration of `report` for one quiet run. */
const REPORT_GB_SECONDS = 0.5 * 0.15;

/** The choices of a fleet, and the length of its runs. */
export type Fleet = {
  readonly servers: number;
  /** Between two scheduled runs. */
  readonly everyMinutes: number;
  readonly metrics: keyof typeof METRICS;
  readonly login: 'iam' | 'secret';
  readonly trigger: 'metric-filter' | 'subscription';
  /** Interface endpoints times availability zones, in all VPCs together. With IAM none is needed. */
  readonly endpointZones: number;
  /** The memory of `remediate`. */
  readonly memoryMb: number;
  /** The billed duration of `remediate` for one quiet run. */
  readonly runMs: number;
};

/** Dollars a month by component. */
export type MonthlyCost = Readonly<Record<Component, number>>;
type Component =
  | 'runs'
  | 'schedules'
  | 'logs'
  | 'metrics'
  | 'alarms about runs'
  | 'alarm on refusals'
  | 'secrets'
  | 'memory'
  | 'endpoints'
  | 'once for all';

export function monthlyCost(fleet: Fleet): MonthlyCost {
  const { servers, everyMinutes, metrics, login, trigger, endpointZones, memoryMb, runMs } = fleet;
  const gbSeconds = (memoryMb / 1_024) * (runMs / 1_000) + REPORT_GB_SECONDS;
  const runs = (servers * DAYS * 24 * 60) / everyMinutes;
  return {
    runs: runs * (2 * PRICES.invocation + gbSeconds * PRICES.gbSecond),
    schedules: runs * PRICES.schedulerInvocation,
    logs: runs * LOG_KB * KB * PRICES.logGb,
    metrics: servers * METRICS[metrics] * PRICES.metric,
    'alarms about runs': servers * ALARMS[metrics] * PRICES.alarm,
    'alarm on refusals': trigger === 'subscription' ? 0 : servers * (PRICES.alarm + PRICES.metric),
    secrets: login === 'iam' ? 0 : servers * PRICES.secret + runs * PRICES.secretCall,
    memory: runs * PRICES.dynamoDbRead,
    endpoints: endpointZones * HOURS * PRICES.endpointHour,
    'once for all': REPORTING_ALARMS * PRICES.alarm + PRICES.key + PRICES.dashboard,
  };
}

export function total(cost: MonthlyCost): number {
  return Object.values(cost).reduce((sum, part) => sum + part, 0);
}
