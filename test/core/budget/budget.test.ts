import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Budget, BudgetLine } from '../../../functions/core/budget/budget.ts';
import { judgeBudget } from '../../../functions/core/budget/judge-budget.ts';
import { largestPool } from '../../../functions/core/budget/largest-pool.ts';
import { parseBudget } from '../../../functions/core/budget/parse-budget.ts';
import { fits, limitsOf } from '../../../functions/core/budget/worst-case.ts';

const parsed = (document: unknown) =>
  parseBudget([{ file: 'budget.json', documents: [document] }], []).budget;
const worst = (document: unknown) =>
  Object.fromEntries(
    limitsOf(parsed(document)).map(({ scope, of, name, worst: most }) => [
      `${scope} ${of} ${name}`.trim(),
      most,
    ]),
  );

describe('The worst case', () => {
  test('is the most copies and the surge, each with every process and a full pool', () => {
    const replicas = { min: 2, max: 10, surge: '25%' };
    const service = { name: 'api', replicas, processes: 2, pool: 8, role: 'app', database: 'shop' };
    const servers = {
      orders: { maxConnections: 300, roles: { app: 150, other: 5 }, databases: { shop: 250 } },
    };
    expect(worst({ servers, services: [service] })).toEqual({
      'server orders': 208,
      'role orders app': 208,
      'database orders shop': 208,
    });
  });

  const pooler = (fields: object, ...services: readonly object[]) => ({
    servers: { orders: { maxConnections: 100, roles: { app: 50 } } },
    poolers: { bouncer: { pool: 20, ...fields } },
    services: services.map((service, at) => ({ name: `s${at}`, to: 'bouncer', ...service })),
  });

  test.each([
    ['at most its pool', pooler({}, { replicas: 10, pool: 10 }), 20],
    ['no more than its clients ask for', pooler({}, { pool: 7 }), 7],
    ['its pool and its reserve', pooler({ reserve: 5 }, { replicas: 10, pool: 10 }), 25],
    ['a pool for each copy of it', pooler({ replicas: 3 }, { replicas: 10, pool: 10 }), 60],
    ['a pool for each role', pooler({}, { pool: 50, role: 'a' }, { pool: 50, role: 'b' }), 40],
    ['a pool for each database', pooler({}, { pool: 50, database: 'a' }, { pool: 50, database: 'b' }), 40],
    [
      'one pool for two services of one role',
      pooler({}, { pool: 50, role: 'a' }, { pool: 50, role: 'a' }),
      20,
    ],
    [
      'its limit for each database',
      pooler({ maxDatabaseConnections: 30 }, { pool: 50, role: 'a' }, { pool: 50, role: 'b' }),
      30,
    ],
  ])('of a pooler is %s', (_, document, slots) => {
    expect(worst(document)['server orders']).toBe(slots);
  });

  test("counts a pooler's sessions for the role of its clients, and its clients for its own limit", () => {
    const document = pooler(
      { maxClients: 60 },
      { replicas: 10, pool: 10, role: 'app' },
      { pool: 9, role: 'x' },
    );
    expect(worst(document)).toMatchObject({
      'server orders': 29,
      'role orders app': 20,
      'clients bouncer': 109,
    });
  });
});

const size = fc.integer({ min: 1, max: 40 });
const names = fc.constantFrom(null, 'a', 'b');
const serviceLine = fc.record({
  to: fc.constantFrom('db', 'bouncer'),
  pools: fc.integer({ min: 0, max: 40 }),
  pool: size,
  role: names,
  database: names,
});
const budgets: fc.Arbitrary<Budget> = fc
  .record({
    usable: fc.integer({ min: 0, max: 2_000 }),
    limit: fc.integer({ min: 1, max: 500 }),
    reserve: fc.integer({ min: 0, max: 5 }),
    most: fc.option(size),
    clients: fc.option(fc.integer({ min: 1, max: 500 })),
    services: fc.array(serviceLine, { minLength: 1, maxLength: 6 }),
  })
  .map(({ usable, limit, reserve, most, clients, services }) => ({
    servers: [{ name: 'db', usable, roles: new Map([['a', limit]]), databases: new Map([['b', limit]]) }],
    lines: [
      ...services.map(
        ({ pools, ...fields }, at): BudgetLine => ({
          ...fields,
          name: `service ${at}`,
          kind: 'service',
          leastPools: 1,
          mostPools: pools,
          pooler: null,
        }),
      ),
      {
        name: 'bouncer',
        kind: 'pooler',
        to: 'db',
        leastPools: 1,
        mostPools: 2,
        pool: 10,
        role: null,
        database: null,
        pooler: { reserve, maxDatabaseConnections: most, maxClients: clients },
      },
    ],
  }));

const withPool = (budget: Budget, name: string, pool: number): Budget => ({
  ...budget,
  lines: budget.lines.map((line) => (line.name === name ? { ...line, pool } : line)),
});

describe('The largest pool of a line', () => {
  test('fits, and one connection more does not', () => {
    fc.assert(
      fc.property(budgets, (budget) => {
        for (const line of budget.lines) {
          const largest = largestPool(budget, line);
          const fitsWith = (pool: number) => fits(withPool(budget, line.name, pool));
          if (largest === null) expect(fitsWith(1)).toBe(false);
          else if (largest === 'any') expect(fitsWith(1_000_000)).toBe(true);
          else expect([fitsWith(largest), fitsWith(largest + 1)]).toEqual([true, false]);
        }
      }),
    );
  });

  test('of a service without copies mends nothing, and breaks nothing', () => {
    const largest = (pool: number) => {
      const services = [
        { name: 'off', replicas: 0, pool: 5 },
        { name: 'api', pool },
      ];
      const { lines } = judgeBudget(parsed({ servers: { db: { maxConnections: 10 } }, services }), []);
      return lines.map((line) => line.largest);
    };
    expect([largest(7), largest(8)]).toEqual([
      ['any', 7],
      [null, 7],
    ]);
  });

  test('is at least the present one where everything fits, and below it where it mends', () => {
    fc.assert(
      fc.property(budgets, (budget) => {
        const { fits: isFitting, lines } = judgeBudget(budget, []);
        for (const { largest, pool } of lines)
          if (largest !== null && largest !== 'any') expect(largest >= pool).toBe(isFitting);
      }),
    );
  });
});

test('A budget that fits has no slots too many, and one that does not names a limit', () => {
  fc.assert(
    fc.property(budgets, (budget) => {
      const verdict = judgeBudget(budget, []);
      expect(verdict.fits).toBe(verdict.limits.every(({ worst: most, most: limit }) => most <= limit));
      for (const { worst: most, lines } of verdict.limits)
        expect(lines.reduce((sum, line) => sum + line.worst, 0)).toBe(most);
      // The lines of one server, in their own table, add up to what its limit counts.
      for (const { scope, of, worst: most } of verdict.limits.filter((each) => each.scope === 'server'))
        expect([
          scope,
          verdict.lines.filter(({ to }) => to === of).reduce((sum, line) => sum + line.worst, 0),
        ]).toEqual([scope, most]);
    }),
  );
});

test.each([
  ['directly', 100_000, 0],
  ['behind poolers', 3000, 30],
])('Thousands of services take seconds, %s', (_, count, poolerCount) => {
  const services = Array.from({ length: count }, (__, at) => ({
    name: `s${at}`,
    to: poolerCount === 0 ? 'db' : `p${at % poolerCount}`,
    pool: 1 + (at % 3),
    role: `r${at % 50}`,
  }));
  const roles = Object.fromEntries(Array.from({ length: 50 }, (__, at) => [`r${at}`, 5000]));
  const pooler = (__: unknown, at: number) => [`p${at}`, { to: 'db', pool: 5 }] as const;
  const poolers = Object.fromEntries(Array.from({ length: poolerCount }, pooler));
  const before = process.cpuUsage();
  const budget = parsed({ servers: { db: { maxConnections: 262_143, roles } }, poolers, services });
  const verdict = judgeBudget(budget, []);
  expect([verdict.fits, verdict.lines.length]).toEqual([true, count + poolerCount]);
  // Some 2 s here. It was minutes when each line looked for itself among all.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
});
