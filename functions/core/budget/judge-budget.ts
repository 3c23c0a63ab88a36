import { compareText } from '../server/slots.ts';
import type { Budget, BudgetLine } from './budget.ts';
import { largestPool } from './largest-pool.ts';
import type { SeenUse } from './seen-use.ts';
import { type BudgetLimit, limitsOf } from './worst-case.ts';

/** One limit, with what it lacks and the most that was really seen of it. */
export type JudgedLimit = BudgetLimit & {
  /** Slots that the worst case has too many. 0 if it fits. */
  readonly over: number;
  readonly seen: number | null;
};

export type JudgedLine = {
  readonly name: string;
  readonly kind: 'service' | 'pooler';
  readonly to: string;
  /** Pools in the worst case, and connections of each. */
  readonly pools: number;
  readonly pool: number;
  /** What all of them together can ask of the server, or of the pooler in front of it. */
  readonly worst: number;
  /** The largest pool with which everything fits while the other lines stay. */
  readonly largest: number | 'any' | null;
};

export type BudgetVerdict = {
  readonly fits: boolean;
  readonly limits: readonly JudgedLimit[];
  readonly lines: readonly JudgedLine[];
  readonly peaks: readonly SeenUse[];
  /** Roles that were seen and that no line of their server names. Empty if a line names no role. */
  readonly unnamed: readonly { readonly server: string; readonly role: string; readonly sessions: number }[];
};

/** What people act on: whether everything fits, which limit breaks, and what would mend it. */
export function judgeBudget(budget: Budget, peaks: readonly SeenUse[]): BudgetVerdict {
  const limits = limitsOf(budget).map((limit) => ({
    ...limit,
    over: Math.max(0, limit.worst - limit.most),
    seen: seenOf(limit, peaks),
  }));
  const worstByLine = worstByServerLine(limits);
  // Lines alike have the same answer, and a budget may have thousands of them.
  const alike = Map.groupBy(budget.lines, likeness);
  const largest = new Map(
    [...alike].flatMap(([key, [line]]) => (line ? [[key, largestPool(budget, line, limits)] as const] : [])),
  );
  return {
    fits: limits.every(({ over }) => over === 0),
    limits,
    lines: budget.lines.map((line) => ({
      name: line.name,
      kind: line.kind,
      to: line.to,
      pools: line.mostPools,
      pool: line.pool,
      worst: worstByLine.get(line.to)?.get(line.name) ?? worstWithout(line, worstByLine),
      largest: largest.get(likeness(line)) ?? null,
    })),
    peaks,
    unnamed: peaks.flatMap((peak) => unnamedIn(budget, peak)),
  };
}

type WorstByLine = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** As the limit of the server counts it: a pooler has a reserve, and opens no more than its clients ask for. */
function worstByServerLine(limits: readonly BudgetLimit[]): WorstByLine {
  const servers = limits.filter(({ scope }) => scope === 'server');
  return new Map(
    servers.map(({ of, lines }) => [of, new Map(lines.map(({ name, worst }) => [name, worst]))]),
  );
}

/** A client of a pooler is no line of a server, and a line that asks for nothing is in no limit. */
function worstWithout({ to, mostPools, pool }: BudgetLine, servers: WorstByLine): number {
  return servers.has(to) ? 0 : mostPools * pool;
}

/** A pooler is unlike all others, because its clients are. */
function likeness({ name, pooler, to, leastPools, mostPools, pool, role, database }: BudgetLine): string {
  return JSON.stringify([pooler && name, to, leastPools, mostPools, pool, role, database]);
}

function seenOf({ scope, of, name }: BudgetLimit, peaks: readonly SeenUse[]): number | null {
  const peak = peaks.find(({ server }) => server === of);
  if (peak === undefined || scope === 'clients') return null;
  if (scope === 'server') return peak.used;
  return (scope === 'role' ? peak.roles : peak.databases).get(name) ?? 0;
}

function unnamedIn({ lines }: Budget, { server, roles }: SeenUse): BudgetVerdict['unnamed'] {
  const reaches = new Set([server, ...lines.filter(({ to }) => to === server).map(({ name }) => name)]);
  const own = lines.filter(({ kind, to }) => kind === 'service' && reaches.has(to));
  // A line without a role may be any of them.
  if (own.some(({ role }) => role === null)) return [];
  const named = new Set(own.map(({ role }) => role));
  return [...roles]
    .filter(([role]) => !named.has(role))
    .map(([role, sessions]) => ({ server, role, sessions }))
    .toSorted((a, b) => b.sessions - a.sessions || compareText(a.role, b.role));
}
