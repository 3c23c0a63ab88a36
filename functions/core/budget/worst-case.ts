import { compareText } from '../server/slots.ts';
import type { Budget, BudgetLine, BudgetServer } from './budget.ts';

/** What a limit counts. */
export type LimitScope = 'server' | 'role' | 'database' | 'clients';

/** One limit, and what all lines together can ask of it. */
export type BudgetLimit = {
  readonly scope: LimitScope;
  /** The server, or for `clients` the pooler. */
  readonly of: string;
  /** The role or database; empty for a server and a pooler. */
  readonly name: string;
  readonly most: number;
  readonly least: number;
  readonly worst: number;
  /** Lines with their worst case, the largest first. */
  readonly lines: readonly { readonly name: string; readonly worst: number }[];
};

/** Every limit with its worst case: servers first, then roles, databases and poolers. */
export function limitsOf(budget: Budget): readonly BudgetLimit[] {
  return [
    ...budget.servers.map((server) => limitOf(budget, server, 'server', '', server.usable)),
    ...budget.servers.flatMap((server) => namedLimits(budget, server, 'role', server.roles)),
    ...budget.servers.flatMap((server) => namedLimits(budget, server, 'database', server.databases)),
    ...budget.lines.flatMap((line) => clientLimit(budget, line)),
  ];
}

/** Whether every limit holds in the worst case. */
export function fits(budget: Budget): boolean {
  return limitsOf(budget).every(isWithin);
}

export function isWithin({ worst, most }: BudgetLimit): boolean {
  return worst <= most;
}

function namedLimits(
  budget: Budget,
  server: BudgetServer,
  scope: 'role' | 'database',
  limits: ReadonlyMap<string, number>,
): readonly BudgetLimit[] {
  return [...limits]
    .map(([name, most]) => limitOf(budget, server, scope, name, most))
    .filter(({ worst }) => worst > 0);
}

type Counts = 'leastPools' | 'mostPools';

function limitOf(
  budget: Budget,
  server: BudgetServer,
  scope: 'server' | 'role' | 'database',
  name: string,
  most: number,
): BudgetLimit {
  const isCounted = (line: BudgetLine) => scope === 'server' || line[scope] === name;
  const slots = (line: BudgetLine, counts: Counts) => slotsOf(budget, line, counts, isCounted);
  const own = budget.lines.filter(
    (line) => line.to === server.name && (line.pooler !== null || isCounted(line)),
  );
  return {
    scope,
    of: server.name,
    name,
    most,
    least: sum(own.map((line) => slots(line, 'leastPools'))),
    ...worstOf(own.map((line) => ({ name: line.name, worst: slots(line, 'mostPools') }))),
  };
}

/** What the clients of a pooler can ask of its `maxClients`. */
function clientLimit({ lines }: Budget, pooler: BudgetLine): readonly BudgetLimit[] {
  const most = pooler.pooler?.maxClients ?? null;
  if (most === null) return [];
  const clients = lines.filter(({ to }) => to === pooler.name);
  return [
    {
      scope: 'clients',
      of: pooler.name,
      name: '',
      // The copies that always run: a client may not find more of them.
      most: most * Math.max(1, pooler.leastPools),
      least: sum(clients.map(({ leastPools, pool }) => leastPools * pool)),
      ...worstOf(clients.map(({ name, mostPools, pool }) => ({ name, worst: mostPools * pool }))),
    },
  ];
}

function worstOf(lines: BudgetLimit['lines']): Pick<BudgetLimit, 'worst' | 'lines'> {
  const counted = lines
    .filter(({ worst }) => worst > 0)
    .toSorted((a, b) => b.worst - a.worst || compareText(a.name, b.name));
  return { worst: sum(counted.map(({ worst }) => worst)), lines: counted };
}

/** The server's slots that a line takes: all of a service, and of a pooler those for clients that count. */
function slotsOf(
  { lines }: Budget,
  line: BudgetLine,
  counts: Counts,
  isCounted: (client: BudgetLine) => boolean,
): number {
  const { pooler, pool } = line;
  if (pooler === null) return line[counts] * pool;
  const clients = lines.filter((each) => each.to === line.name && isCounted(each));
  const perDatabase = [...Map.groupBy(clients, ({ database }) => database).values()].map((those) => {
    const pairs = [...Map.groupBy(those, ({ role }) => role).values()].map((pair) =>
      // It opens a connection only for a client, and at most its pool for each pair of role and database.
      Math.min(sum(pair.map((each) => each[counts] * each.pool)), (pool + pooler.reserve) * line[counts]),
    );
    const most = pooler.maxDatabaseConnections;
    return most === null ? sum(pairs) : Math.min(sum(pairs), most * line[counts]);
  });
  return sum(perDatabase);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
