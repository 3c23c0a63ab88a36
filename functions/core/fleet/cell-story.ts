import { LONGEST_RUN_MS } from '../run/run-lock.ts';
import type { CellState, PolicyCopy } from './cell-items.ts';
import { type CellNews, toSentNews } from './cell-news.ts';
import type { CellHealth } from './cell-outage.ts';
import type { Period } from './due.ts';
import type { FleetNetwork } from './rds-view.ts';
import type { RegisteredDatabase } from './registry-item.ts';
import { DEFAULT_POLICY } from './run-event.ts';

/** What one period found of a cell. */
export type CellFacts = {
  readonly health: CellHealth;
  readonly running: readonly RegisteredDatabase[];
  readonly policies: ReadonlyMap<string, PolicyCopy>;
  readonly switchTag: string | null;
  readonly switchProblem: string | null;
  readonly apiProblem: string | null;
  readonly bucketProblem: string | null;
  /** Null while the API does not answer. */
  readonly networks: readonly FleetNetwork[] | null;
  readonly period: Period;
};

/** A registry, or a copy, of this age is said to be old. */
const OLD_MS = 3_600_000;
const MOST_NAMES = 20;

/** The next state of a cell, with the news in `untold`. Without a change it is the same as before. */
export function cellNews(before: CellState, facts: CellFacts, now: number): CellState {
  const apiAwaySince = awaySince(before.apiAwaySince, facts.apiProblem, now);
  const bucketAwaySince = awaySince(before.bucketAwaySince, facts.bucketProblem, now);
  const standing = [
    ...awayNews('api', apiAwaySince, facts.apiProblem, now),
    ...awayNews('bucket', bucketAwaySince, facts.bucketProblem, now),
    ...unreadableNews(facts),
    ...concurrencyNews(facts),
  ];
  const fresh = standing.filter(({ word, value }) => before.told[word] !== value).map(({ news }) => news);
  const news = [...outageNews(before, facts), ...fresh];
  return {
    ...before,
    ...{ apiAwaySince, bucketAwaySince, outage: facts.health.outage },
    ...{ switchTag: facts.switchTag, switchProblem: facts.switchProblem },
    told: {
      ...(facts.networks === null ? toldOfNetworks(before) : {}),
      ...Object.fromEntries(standing.map(({ word, value }) => [word, value])),
    },
    untold: [...before.untold, ...news.map((each) => toSentNews(each, now))],
  };
}

/** News of a state that lasts: told once for each value, and again when the state comes back. */
type LastingNews = { readonly word: string; readonly value: string; readonly news: CellNews };

function awaySince(before: string | null, problem: string | null, now: number): string | null {
  return problem === null ? null : (before ?? new Date(now).toISOString());
}

function awayNews(
  what: 'api' | 'bucket',
  since: string | null,
  why: string | null,
  now: number,
): readonly LastingNews[] {
  if (since === null || why === null || now - Date.parse(since) < OLD_MS) return [];
  return [{ word: what, value: since, news: { kind: 'away', what, since, why } }];
}

function unreadableNews({ policies, running, switchTag, switchProblem }: CellFacts): readonly LastingNews[] {
  const ofPolicies = [...policies.values()].flatMap(({ name, problem, etag }): readonly LastingNews[] => {
    const databases = running.filter(({ policy }) => (policy ?? DEFAULT_POLICY) === name).length;
    if (problem === null || databases === 0) return [];
    const news = { kind: 'unreadable', name: `policies/${name}.json`, why: problem, databases } as const;
    return [{ word: `policy ${name}`, value: etag ?? '', news }];
  });
  if (switchProblem === null) return ofPolicies;
  const databases = running.length;
  const news = { kind: 'unreadable', name: 'switch.json', why: switchProblem, databases } as const;
  return [...ofPolicies, { word: 'switch', value: switchTag ?? '', news }];
}

const OF_NETWORK = 'concurrency ';
/** For runs that a refusal starts beside the sweeps. */
const BESIDE = 2;

/** What was told of networks that cannot be read now. */
function toldOfNetworks({ told }: CellState): CellState['told'] {
  return Object.fromEntries(Object.entries(told).filter(([word]) => word.startsWith(OF_NETWORK)));
}

function concurrencyNews({ networks, running, period }: CellFacts): readonly LastingNews[] {
  return (networks ?? []).flatMap(({ vpc, function: name, concurrency }): readonly LastingNews[] => {
    const databases = running.filter(({ network }) => network?.function === name).length;
    // All of its databases are swept in each period.
    const needed = databases === 0 ? 0 : Math.ceil((databases * LONGEST_RUN_MS) / period.ms) + BESIDE;
    if (concurrency === null || concurrency >= needed) return [];
    const news = { kind: 'concurrency', vpc, declared: concurrency, needed, databases } as const;
    return [{ word: `${OF_NETWORK}${vpc}`, value: `${concurrency} of ${needed}`, news }];
  });
}

function outageNews({ outage: before }: CellState, { health, running }: CellFacts): readonly CellNews[] {
  const { news: phase, unwell, outage } = health;
  const since = (outage ?? before)?.since;
  if (phase === null || since === undefined) return [];
  const names = unwell.slice(0, MOST_NAMES).map(({ name }) => name);
  return [{ kind: 'outage', phase, since, unwell: unwell.length, of: running.length, names }];
}
