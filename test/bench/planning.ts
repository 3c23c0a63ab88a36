import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import type { Session } from '../../functions/core/server/session.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';
import { type Compared, compare, comparisonTable, goal, number, ratiosOf } from './measure.ts';

const SIZES = [1_000, 5_000, 20_000, 100_000];

/** Planning for a full server whose sessions belong to 40 applications, beside sorting the same sessions by age. */
export async function benchPlanning(): Promise<string> {
  const rows: Compared[] = [];
  const policy = parsePolicy({ limits: { maxVictims: 5_000, maxPercent: 100 } });
  for (const size of SIZES) {
    const snapshot = fullServer(size);
    const sides = [
      { name: 'planning', run: () => planRemediation(snapshot, policy, 'alarm') },
      {
        name: 'sorting them by age',
        run: () => snapshot.sessions.toSorted((a, b) => (b.stateAgeMs ?? 0) - (a.stateAgeMs ?? 0)),
      },
    ];
    const measured = await compare(sides, size > 50_000 ? 9 : 31, 10);
    rows.push({ what: `${number(size)} sessions`, measured });
  }
  return [
    comparisonTable(rows, 'ms', 2),
    '',
    goal('5,000 sessions planned in', 9.99, [medianAt(rows, 5_000)], { unit: 'ms' }),
    '',
    // Sorting is n log n and depends on the same caches.
    goal('from 5,000 to 100,000 sessions the time grows, beside that of sorting,', 1, [
      toSorting(rows, 100_000) / toSorting(rows, 5_000),
    ]),
  ].join('\n');
}

function medianAt(rows: readonly Compared[], size: number): number {
  return rows[SIZES.indexOf(size)]?.measured[0]?.median ?? Number.NaN;
}

function toSorting(rows: readonly Compared[], size: number): number {
  return ratiosOf(rows[SIZES.indexOf(size)]?.measured ?? [])[0] ?? Number.NaN;
}

function fullServer(size: number): Snapshot {
  return {
    takenAt: '2026-11-21 03:00:00+00',
    server: { flavor: 'postgresql', version: '18.4', provider: null, ownPid: null, readsAllStats: true },
    slots: {
      max: size + 3,
      superuserReserved: 3,
      reserved: 0,
      providerReserved: 0,
      walSenders: 10,
      roles: [],
      databases: [],
    },
    sessions: Array.from({ length: size }, (_, index) => session(index)),
    refusals: [],
    pooler: null,
  };
}

/** Ages in no order, but the same on every run. */
function session(index: number): Session {
  const stateAgeMs = (Math.imul(index, 2_654_435_761) >>> 0) % 7_200_000;
  return {
    pid: index + 1,
    sessionId: null,
    backendStart: `2026-11-21 01:00:00.${index}+00`,
    backendType: 'client backend',
    user: `user-${index % 12}`,
    database: `database-${index % 5}`,
    application: `service-${index % 40}`,
    address: `10.0.${index % 9}.${index % 200}`,
    state: index % 10 === 0 ? 'active' : 'idle',
    stateChange: `2026-11-21 02:00:00.${index}+00`,
    stateAgeMs,
    transactionAgeMs: null,
    queryAgeMs: stateAgeMs,
    waitEvent: 'ClientRead',
    blockedBy: [],
    superuser: false,
    advisoryLock: index % 50 === 0,
    temporaryTables: false,
    lastStatement: 'SELECT id, total FROM orders WHERE customer = $1 ORDER BY created DESC LIMIT ?',
  };
}
