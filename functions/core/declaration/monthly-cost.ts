import { PRICES } from './prices.ts';

const HOURS = 730;
const DAYS = 30;
const KB = 1 / 1_000_000;
/** Names of metrics that each run sends, by choice, and alarms about a server's runs (docs/operate/metrics.md). */
const METRICS = { none: 0, few: 3, all: 7 } as const;
const ALARMS = { none: 4, few: 6, all: 6 } as const;
/** Log of both functions for one quiet run. */
const LOG_KB = 2;
const REFUSALS = {
  'metric-filter': PRICES.alarm.dollars + PRICES.metric.dollars,
  'log-alarm': PRICES.alarm.dollars,
  subscription: 0,
  none: 0,
} as const;
const REPORTING_ALARMS = 6;
/** The reporting without the key of its own topics. */
export const REPORTING_COST = REPORTING_ALARMS * PRICES.alarm.dollars + PRICES.dashboard.dollars;
/** The billed duration of `report` for one quiet run. */
const REPORT_GB_SECONDS = 0.5 * 0.15;

/** The choices of a fleet, and the length of its runs. */
export type Fleet = {
  readonly servers: number;
  /** Between two scheduled runs. */
  readonly everyMinutes: number;
  readonly metrics: keyof typeof METRICS;
  readonly login: 'iam' | 'secret';
  /** A Log Alarm is counted as an alarm. What its queries cost depends on the log. */
  readonly trigger: 'metric-filter' | 'subscription' | 'log-alarm' | 'none';
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

/** What some servers with the same choices cost a month. Records and messages are cents, and left out. */
export function monthlyCost(fleet: Fleet): MonthlyCost {
  const { servers, everyMinutes, metrics, login, trigger, endpointZones, memoryMb, runMs } = fleet;
  const gbSeconds = (memoryMb / 1_024) * (runMs / 1_000) + REPORT_GB_SECONDS;
  const runs = (servers * DAYS * 24 * 60) / everyMinutes;
  return {
    runs: runs * (2 * PRICES.invocation.dollars + gbSeconds * PRICES.gbSecond.dollars),
    schedules: runs * PRICES.schedulerInvocation.dollars,
    logs: runs * LOG_KB * KB * PRICES.logGb.dollars,
    metrics: servers * METRICS[metrics] * PRICES.metric.dollars,
    'alarms about runs': servers * ALARMS[metrics] * PRICES.alarm.dollars,
    'alarm on refusals': servers * REFUSALS[trigger],
    secrets: login === 'iam' ? 0 : servers * PRICES.secret.dollars + runs * PRICES.secretCall.dollars,
    memory: runs * PRICES.dynamoDbRead.dollars,
    endpoints: endpointZones * HOURS * PRICES.endpointHour.dollars,
    'once for all': REPORTING_COST + PRICES.key.dollars,
  };
}

/** Dollars a month. */
export function total(cost: Readonly<Record<string, number>>): number {
  return Object.values(cost).reduce((sum, part) => sum + part, 0);
}
