import { RemediationError } from '../../functions/core/base/errors.ts';
import type { LogSubscription } from '../../functions/core/fleet/trigger-rung.ts';
import { OWN_FILTER } from '../../functions/core/fleet/trigger-rung.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

export const INTAKE_ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:pg-headroom-fleet-intake';
const SLOTS = 2;

const LATELY_MS = 10 * 60_000;
/** A line is counted after this time. */
const COUNTED_MS = 20_000;

/** The log groups of a region with their filters, ours and those of others. */
export type LogGroups = {
  readonly groups: Map<string, LogSubscription[]>;
  readonly metricFilters: Set<string>;
  /** When lines came, by group. */
  readonly lines: Map<string, number[]>;
  /** The count of lines is some seconds old. */
  readonly wroteLately: (groups: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly subscriptionsOf: (group: string) => Promise<readonly LogSubscription[] | null>;
  readonly putSubscription: (group: string) => Promise<void>;
  readonly removeSubscription: (group: string) => Promise<void>;
  readonly putMetricFilter: (group: string) => Promise<void>;
  readonly removeMetricFilter: (group: string) => Promise<void>;
};

export function logGroups(time: VirtualTime, weather: Weather): LogGroups {
  const groups: LogGroups['groups'] = new Map();
  const metricFilters = new Set<string>();
  const lines: LogGroups['lines'] = new Map();
  const call = async <Result>(act: () => Result): Promise<Result> => {
    if (weather.isAway('logs', time.now())) throw new RemediationError('logs-refused', 'Logs are away.');
    return act();
  };
  const own = { name: OWN_FILTER, destination: INTAKE_ARN };
  return {
    groups,
    metricFilters,
    lines,
    wroteLately: (asked) =>
      call(() => {
        const [from, until] = [time.now() - LATELY_MS, time.now() - COUNTED_MS];
        const isCounted = (at: number) => at >= from && at <= until;
        return new Set(asked.filter((group) => lines.get(group)?.some(isCounted) === true));
      }),
    subscriptionsOf: (group) => call(() => groups.get(group) ?? null),
    putSubscription: (group) =>
      call(() => {
        const others = (groups.get(group) ?? []).filter(({ name }) => name !== OWN_FILTER);
        if (others.length >= SLOTS)
          throw new RemediationError('logs-refused', 'Both subscriptions are taken.');
        groups.set(group, [...others, own]);
      }),
    removeSubscription: (group) =>
      call(() => {
        groups.set(
          group,
          (groups.get(group) ?? []).filter(({ name }) => name !== OWN_FILTER),
        );
      }),
    putMetricFilter: (group) => call(() => void metricFilters.add(group)),
    removeMetricFilter: (group) => call(() => void metricFilters.delete(group)),
  };
}
