import { shareOf } from '../../functions/core/fleet/database-key.ts';
import type { Delivery, FunctionName } from './simulated-lambda.ts';

/** Services that may be away for a while. */
export type Service = 'registry' | 'memory' | 'claims' | 'api' | 'hub' | 'logs' | 'topic' | 'network';

/** Calls of which a single one may be refused. */
export type Throttled = 'api' | 'dispatch' | 'write';

/** Everything that AWS does to a cell. Each answer follows from the seed and from what it is about, so that a change elsewhere does not change it. */
export type Weather = {
  readonly deliver: (name: FunctionName, about: string, at: number) => Delivery;
  readonly concurrency: (at: number) => number;
  /** Lambda keeps throttled events. It is a mistake that the simulation has to notice. */
  readonly dropsThrottled: boolean;
  /** How many events the scheduler sends for a period. */
  readonly schedules: (period: number) => number;
  readonly isAway: (what: Service, at: number) => boolean;
  /** Whether a write takes and its answer is lost. */
  readonly losesAnswer: (what: string, at: number) => boolean;
  /** How old what the API shows is, how long it takes, and which databases fall between two of its pages. */
  readonly apiAgeMs: (at: number) => number;
  readonly apiMs: (at: number) => number;
  readonly isBetweenPages: (key: string, at: number) => boolean;
  /** How many databases the API shows in a page, and how long the next page takes. Each page is as old as the API is then. */
  readonly pageSize: number;
  readonly pageMs: number;
  /** Whether a single request is refused because there were too many. Nothing has taken then. */
  readonly throttles: (what: Throttled, about: string, at: number) => boolean;
  /** Whether DynamoDB leaves an item of a batch unread, at the first, second, … request for it. */
  readonly leavesUnread: (key: string, at: number, tries: number) => boolean;
  /** The text that an object of the organisation's bucket has instead of its own; null for its own. */
  readonly corrupts: (name: string, at: number) => string | null;
  /** How long IAM takes to see a tag. */
  readonly iamDelayMs: (key: string) => number;
  /** How old the index of the memory is. */
  readonly indexAgeMs: (at: number) => number;
  /** How far the clock of a function is off. */
  readonly skewMs: (name: FunctionName) => number;
};

/** Where something falls between 0 and 1, for one seed. */
export function share(seed: number, ...about: readonly (string | number)[]): number {
  return shareOf(`${seed} ${about.join(' ')}`);
}

export function between(
  seed: number,
  least: number,
  most: number,
  ...about: readonly (string | number)[]
): number {
  return least + share(seed, ...about) * (most - least);
}

/** Nothing goes wrong, and nothing is instant. */
export function calmWeather(seed: number): Weather {
  return {
    deliver: (name, about, at) => ({ delaysMs: [between(seed, 20, 400, name, about, at)] }),
    concurrency: () => 1_000,
    dropsThrottled: false,
    schedules: () => 1,
    isAway: () => false,
    losesAnswer: () => false,
    apiAgeMs: (at) => between(seed, 0, 5_000, 'api age', at),
    apiMs: (at) => between(seed, 100, 900, 'api', at),
    isBetweenPages: () => false,
    ...{
      pageSize: 100,
      pageMs: 100,
      throttles: () => false,
      leavesUnread: () => false,
      corrupts: () => null,
    },
    iamDelayMs: (key) => between(seed, 1_000, 30_000, 'iam', key),
    indexAgeMs: () => 500,
    skewMs: () => 0,
  };
}
