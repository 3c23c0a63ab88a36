import type { Budget, BudgetLine } from './budget.ts';
import { type BudgetLimit, fits, isWithin, limitsOf } from './worst-case.ts';

/** No pool is larger. */
const MOST_POOL = 1_000_000;

/**
 * The largest pool of one line with which everything fits while the other lines stay as they are. Null if even a pool of one
 * connection does not fit, `any` if the size of this pool breaks no limit.
 */
export function largestPool(
  budget: Budget,
  line: BudgetLine,
  limits: readonly BudgetLimit[] = limitsOf(budget),
): number | 'any' | null {
  const isDirect = line.pooler === null && budget.servers.some(({ name }) => name === line.to);
  return isDirect ? directPool(line, limits) : searchedPool(budget, line, limits);
}

/** Each of its limits grows by the same for each connection. A budget may have thousands of such lines. */
function directPool(line: BudgetLine, limits: readonly BudgetLimit[]): number | 'any' | null {
  const { mostPools } = line;
  const isOwn = (limit: BudgetLimit) => mostPools > 0 && isLimitOf(limit, line);
  if (limits.some((limit) => !isOwn(limit) && !isWithin(limit))) return null;
  const own = mostPools * line.pool;
  const largest = limits.filter(isOwn).map(({ most, worst }) => Math.floor((most - worst + own) / mostPools));
  const least = Math.min(MOST_POOL, ...largest);
  if (least < 1) return null;
  return least === MOST_POOL ? 'any' : least;
}

function isLimitOf({ scope, of, name }: BudgetLimit, line: BudgetLine): boolean {
  if (scope === 'clients' || of !== line.to) return false;
  return scope === 'server' || line[scope] === name;
}

/** A pooler opens connections only for its clients, so that their pools are searched for the largest that fits. */
function searchedPool(
  { lines }: Budget,
  line: BudgetLine,
  limits: readonly BudgetLimit[],
): number | 'any' | null {
  const pooler = line.pooler === null ? lines.find(({ name }) => name === line.to) : line;
  if (pooler === undefined) return null;
  const isOwn = ({ scope, of, name, lines: those }: BudgetLimit) => {
    if (scope === 'clients') return of === pooler.name;
    const isOfLine = line.pooler !== null || scope === 'server' || line[scope] === name;
    return of === pooler.to && isOfLine && those.some((each) => each.name === pooler.name);
  };
  if (limits.some((limit) => !isOwn(limit) && !isWithin(limit))) return null;
  // The search looks at this pooler alone, because a budget may have many lines.
  const own = ownBudget(pooler, lines, limits.filter(isOwn));
  const fitsWith = (pool: number) => fits(withPool(own, line, pool));
  if (!fitsWith(1)) return null;
  if (fitsWith(MOST_POOL)) return 'any';
  // `fitting` fits and `tooLarge` does not. A larger pool never asks for fewer slots.
  let [fitting, tooLarge] = [1, MOST_POOL];
  while (tooLarge - fitting > 1) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fitsWith(middle)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting;
}

/** A pooler with its clients, and of each limit what other lines leave to it. */
function ownBudget(pooler: BudgetLine, lines: readonly BudgetLine[], limits: readonly BudgetLimit[]): Budget {
  const left = ({ most, worst, lines: those }: BudgetLimit) =>
    most - worst + (those.find(({ name }) => name === pooler.name)?.worst ?? 0);
  const leftBy = (scope: BudgetLimit['scope']) =>
    new Map(limits.filter((limit) => limit.scope === scope).map((limit) => [limit.name, left(limit)]));
  const usable = leftBy('server').get('') ?? Number.POSITIVE_INFINITY;
  return {
    servers: [{ name: pooler.to, usable, roles: leftBy('role'), databases: leftBy('database') }],
    lines: [pooler, ...lines.filter(({ to }) => to === pooler.name)],
  };
}

function withPool({ servers, lines }: Budget, { name }: BudgetLine, pool: number): Budget {
  return { servers, lines: lines.map((line) => (line.name === name ? { ...line, pool } : line)) };
}
