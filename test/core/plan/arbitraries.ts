import * as fc from 'fast-check';
import type { ReapText } from '../../../functions/core/policy/policy.ts';
import type { IdleState, Session } from '../../../functions/core/server/session.ts';
import type { Slots, Snapshot } from '../../../functions/core/server/snapshot.ts';
import { aHiddenSession, aSession, aSnapshot } from '../../support/builders.ts';
import type { FullPolicy } from './oracle.ts';

/** Small alphabets: groups, scopes and lists are meant to collide. */
const USERS = ['app', 'web', 'app_admin', 'fixer'] as const;
const LEASES = ['v-app-A1b2C3d4E5f6G7h8I9j0-1700000000', 'v-app-Z9y8X7w6V5u4T3s2R1q0-1700000600'] as const;
const DATABASES = ['orders', 'shop', 'app'] as const;
const APPLICATIONS = ['', 'web', 'app', 'pg_dump', 'datadog-agent', 'pg-headroom', 'Supavisor'] as const;
/** Of one program, and of a program each. */
const NUMBERED = ['web-1', 'web-2', 'web [2 of 3 busy]', 'web - 10.0.3.7:40640', '4711', '4712'] as const;
const PODS = ['app-7f9c6b5d4-x2x9p', 'app-deadbeef1'] as const;
const WORDS = ['ash', 'elm', 'fir', 'oak', 'yew', 'box', 'bay', 'fig', 'sync-mysql', 'sync-pgsql'] as const;
const ADDRESSES = ['10.0.3.7', '10.0.3.200', '::ffff:10.0.3.7', '192.168.1.1', '::1', 'local', ''] as const;
const AGES = [0, 9_999, 10_000, 59_999, 60_000, 300_000, 600_000, 3_600_000, 7_200_000] as const;
const STATEMENTS = [
  '',
  'SELECT ?',
  'COMMIT',
  'LISTEN ch',
  'BEGIN; listen ch',
  'UNLISTEN *',
  'SELECT pg_backup_start(?)',
  'SELECT pg_backup_stop()',
  'SELECT pg_export_snapshot()',
] as const;

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: rare, weight: 1 });

const sessionFields: fc.Arbitrary<Partial<Session>> = fc.record({
  user: mostly<string | null>(fc.constantFrom(...USERS), fc.constantFrom('postgres', 'rdsadmin', null)),
  database: mostly<string | null>(fc.constantFrom(...DATABASES), fc.constant(null)),
  application: fc.constantFrom(...APPLICATIONS),
  address: fc.constantFrom(...ADDRESSES),
  backendType: mostly<string | null>(
    fc.constant('client backend'),
    fc.constantFrom('walsender', 'parallel worker', 'autovacuum worker', null),
  ),
  state: fc.oneof(
    { arbitrary: fc.constant('idle'), weight: 6 },
    {
      arbitrary: fc.constantFrom('idle in transaction', 'idle in transaction (aborted)', 'active'),
      weight: 3,
    },
    { arbitrary: fc.constantFrom('disabled', 'starting', 'fastpath function call', 'Idle', null), weight: 1 },
  ),
  stateAgeMs: mostly<number | null>(fc.constantFrom(...AGES), fc.constant(null)),
  advisoryLock: mostly<boolean | null>(fc.constant(false), fc.constantFrom(true, null)),
  temporaryTables: mostly<boolean | null>(fc.constant(false), fc.constantFrom(true, null)),
  lastStatement: mostly<string | null>(fc.constantFrom(...STATEMENTS), fc.constant(null)),
  backendStart: mostly<string | null>(
    fc.constantFrom('2026-11-20 00:00:00.000000+00', '2026-11-21 03:10:43.000000+00'),
    fc.constant(null),
  ),
  blockedBy: mostly<readonly number[]>(fc.constant([]), fc.constantFrom([1], [2, 3])),
  horizonAge: fc.constantFrom(0, 5, 900),
});

/** What fills a server: idle for long, under few roles and many names. */
const crowdFields: fc.Arbitrary<Partial<Session>> = fc.record({
  user: fc.constantFrom('app', 'app', 'app', 'web', ...LEASES),
  database: fc.constantFrom('orders', 'orders', 'orders', ...DATABASES),
  application: fc.oneof(
    fc.constantFrom(...WORDS),
    fc.constantFrom(...WORDS, ...NUMBERED, ...PODS),
    fc.constantFrom(...APPLICATIONS),
  ),
  address: fc.constantFrom('10.0.9.9', ...ADDRESSES),
  state: mostly(fc.constant('idle'), fc.constant('active')),
  stateAgeMs: fc.constantFrom(600_000, 3_600_000, 3_600_000, 7_200_000),
});

/** Names are all that such a row shows. */
const hiddenFields: fc.Arbitrary<Partial<Session>> = sessionFields.map(({ user, database, application }) => ({
  ...aHiddenSession(),
  user: user ?? null,
  database: database ?? null,
  application: application ?? '',
}));

/** Superusers are a role's matter, as on a server: all sessions of `postgres` and no others, or unknown. */
function withPid(fields: Partial<Session>, index: number): Session {
  const superuser = fields.user === null ? null : fields.user === 'postgres';
  return aSession({ ...fields, superuser, pid: index + 1 });
}

const limitsOf = (names: readonly string[]) =>
  fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), limit: fc.integer({ min: -1, max: 8 }) }), {
    selector: ({ name }) => name,
    maxLength: names.length,
  });

const slotFields: fc.Arbitrary<Partial<Slots>> = fc.record({
  superuserReserved: fc.nat(2),
  reserved: fc.nat(1),
  providerReserved: fc.nat(1),
  roles: limitsOf([...USERS, 'nobody']),
  databases: limitsOf(DATABASES),
});

/** A server's state, from nearly empty to over its reserves; the first sessions may be our own. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    fields: fc.oneof(
      fc.array(mostly(sessionFields, hiddenFields), { maxLength: 32 }),
      fc.array(mostly(crowdFields, sessionFields), { maxLength: 40 }),
    ),
    slots: slotFields,
    room: fc.integer({ min: -3, max: 8 }),
    own: mostly(fc.constant<number | null>(null), fc.constantFrom(1, 2)),
  })
  .map(({ fields, slots, room, own }) => {
    const sessions = fields.map(withPid);
    const max = Math.max(1, sessions.length + room);
    return aSnapshot({ sessions, slots: { ...slots, max }, server: { ownPid: own } });
  });

const STATES = ['idle', 'idle in transaction', 'idle in transaction (aborted)'] as const;
const RUNG_AGES = [10, 60, 300, 600, 3_600] as const;

/** What a line asks for beside state and age; two of a kind are the same. */
const CONDITIONS = [
  {},
  {},
  {},
  { connectionAge: '600s' },
  { applications: ['web*'] },
  { users: ['app', 'web'], addresses: ['10.0.3.0/24'] },
] as const;

const line = fc.record({
  state: fc.constantFrom<IdleState>(...STATES),
  seconds: fc.constantFrom(...RUNG_AGES),
  condition: fc.constantFrom(...CONDITIONS),
});

/** Any lines, less those that could add nobody: an earlier one without conditions, or with the same, takes all. */
function useful(lines: readonly (typeof line extends fc.Arbitrary<infer Line> ? Line : never)[]) {
  return lines
    .filter(({ state, seconds, condition }, index) =>
      lines
        .slice(0, index)
        .filter((earlier) => earlier.condition === condition || Object.keys(earlier.condition).length === 0)
        .every((earlier) => earlier.state !== state || earlier.seconds > seconds),
    )
    .map(({ state, seconds, condition }) => ({ state, minAge: `${seconds}s`, ...condition }));
}

const ladders = fc.array(line, { maxLength: 5 }).map(useful);

const HARM = [['blocks'], ['holdsBackVacuum'], ['blocks', 'holdsBackVacuum']] as const;

/** A single rule or a list; one about open transactions says why they may end. */
const reaps: fc.Arbitrary<FullPolicy['reap']> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...RUNG_AGES).map((seconds) => ({ minAge: `${seconds}s` })),
  fc
    .record({ lines: fc.array(line, { maxLength: 3 }), harm: fc.constantFrom(...HARM) })
    .map(({ lines, harm }) =>
      useful(lines).map((each) => (each.state === 'idle' ? each : { ...each, onlyIf: harm })),
    ),
);

const youngerThan = fc.array(
  fc.constantFrom(
    { age: '3600s', applications: ['web*'] },
    { age: '600s', users: ['*'] },
    { age: '7200s', users: ['app'], databases: ['o*'] },
  ),
  { maxLength: 1 },
);
const between = mostly<FullPolicy['protect']['between'] & {}>(
  fc.constant([]),
  fc
    .record({
      times: fc.constantFrom(
        { from: '03:00', to: '04:15' },
        { from: '04:15', to: '04:16' },
        { from: '22:00', to: '04:00' },
      ),
      zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
      condition: fc.constantFrom<{ applications?: string[] }>({}, { applications: ['*a*'] }),
    })
    .map(({ times, zone, condition }) => [{ ...times, zone, ...condition }]),
);

const thresholds = fc.oneof(
  fc
    .record({ until: fc.integer({ min: 1, max: 98 }), more: fc.integer({ min: 1, max: 99 }) })
    .map(({ until, more }) => ({
      when: { usedPercent: Math.min(100, until + more) },
      until: { usedPercent: until },
    })),
  fc
    .record({ when: fc.integer({ min: 1, max: 6 }), more: fc.nat(8) })
    .map(({ when, more }) => ({ when: { freeSlots: when }, until: { freeSlots: when + more } })),
);

const listOf = (...patterns: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...patterns), { maxLength: 2 });
const NETWORKS = ['10.0.3.0/28', '10.0.3.0/24', '0.0.0.0/0', '::1/128', 'local', '(none)'] as const;
const orAll = (lists: fc.Arbitrary<string[]>) =>
  fc.oneof({ arbitrary: fc.constant(['*']), weight: 4 }, { arbitrary: lists, weight: 1 });

/** Policies that are written out in full, so that the oracle needs no defaults. */
export const policies: fc.Arbitrary<FullPolicy> = fc
  .record({
    mode: fc.constantFrom('off' as const, 'observe' as const, 'enforce' as const),
    thresholds,
    ladder: ladders,
    reap: reaps,
    limits: fc.record({
      maxVictims: mostly(fc.constant(1_000), fc.nat(12)),
      maxPercent: mostly(fc.constant(100), fc.nat(100)),
      keepPerGroup: fc.nat(2),
    }),
    include: fc.record({
      users: orAll(listOf('app', 'app*', '*b', 'fixer', '(none)')),
      databases: orAll(listOf('orders', 's*p', '(none)')),
      applications: orAll(listOf('(none)', 'web', '*a*', 'pg*')),
      addresses: orAll(listOf(...NETWORKS)),
    }),
    protect: fc.record({
      users: listOf('app', '*_admin', '(none)'),
      databases: listOf('app', 'o*'),
      applications: listOf('web', '(none)'),
      builtinApplications: fc.boolean(),
      addresses: listOf(...NETWORKS),
      poolers: listOf('10.0.3.0/28', '192.168.0.0/16'),
      listeners: fc.boolean(),
      advisoryLocks: fc.boolean(),
      temporaryTables: fc.boolean(),
      youngerThan,
      between,
    }),
  })
  .map(({ thresholds: { when, until }, ladder, ...rest }) => ({ ...rest, relieve: { when, until, ladder } }));

export const triggers = fc.constantFrom('alarm' as const, 'schedule' as const, 'manual' as const);

/** What is done to a policy so that it lets nobody go whom it did not let go before. */
export type Tightening = {
  readonly ageFactor: 1 | 2 | 7;
  readonly dropRung: number;
  readonly moreKeep: number;
  readonly mostVictims: number;
  readonly mostPercent: number;
  readonly protectUser: string;
  readonly onlyFirst: boolean;
  readonly allProtections: boolean;
};

export const tightenings: fc.Arbitrary<Tightening> = fc.record({
  ageFactor: fc.constantFrom(1 as const, 2 as const, 7 as const),
  dropRung: fc.nat(5),
  moreKeep: fc.nat(2),
  mostVictims: fc.nat(1_000),
  mostPercent: fc.nat(100),
  protectUser: fc.constantFrom('web', 'app*', 'nobody'),
  onlyFirst: fc.boolean(),
  allProtections: fc.boolean(),
});

export function tighten(policy: FullPolicy, by: Tightening): FullPolicy {
  const { relieve, limits, include, protect } = policy;
  const older = (minAge: string) => `${Number(minAge.slice(0, -1)) * by.ageFactor}s`;
  const on = by.allProtections;
  return {
    ...policy,
    relieve: {
      ...relieve,
      ladder: relieve.ladder
        .filter((_, index) => index !== by.dropRung)
        .map((rung) => ({ ...rung, minAge: older(rung.minAge) })),
    },
    reap: Array.isArray(policy.reap)
      ? policy.reap.map((rule: ReapText) => ({ ...rule, minAge: older(rule.minAge) }))
      : policy.reap && { ...(policy.reap as ReapText), minAge: older((policy.reap as ReapText).minAge) },
    limits: {
      maxVictims: Math.min(limits.maxVictims, by.mostVictims),
      maxPercent: Math.min(limits.maxPercent, by.mostPercent),
      keepPerGroup: limits.keepPerGroup + by.moreKeep,
    },
    include: by.onlyFirst ? { ...include, databases: include.databases.slice(0, 1) } : include,
    protect: {
      ...protect,
      users: [...protect.users, by.protectUser],
      builtinApplications: protect.builtinApplications || on,
      listeners: protect.listeners || on,
      advisoryLocks: protect.advisoryLocks || on,
      temporaryTables: protect.temporaryTables || on,
    },
  };
}
