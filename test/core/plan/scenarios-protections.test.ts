import { describe, test } from 'vitest';
import type { Session } from '../../../functions/core/server/session.ts';
import { aHiddenSession } from '../../support/builders.ts';
import { check, idleFor, many, one, pids, rows, type Scenario } from './scenario.ts';

const SECONDS_10 = idleFor('10s');
const POOLED = many(40, '1 app@shop - 10.0.3.7 idle 9999');

const FROM_THE_LIST: readonly Scenario[] = [
  {
    id: 'D1',
    what: 'whoever listens stays',
    sessions: [
      one('1 app@shop api local idle 9999', { lastStatement: 'SELECT ?' }),
      one('2 app@shop api local idle 9999', { lastStatement: 'LISTEN ch' }),
      one('3 app@shop api local idle 9999', { lastStatement: 'COMMIT' }),
    ],
    policy: { ...SECONDS_10, protect: { listeners: true } },
    expected: { victims: [1, 3], spared: { 2: ['protected', 'listens for notifications'] } },
  },
  {
    id: 'D2',
    what: 'whoever holds an advisory lock stays',
    sessions: [
      one('1 app@shop api local idle 9999', { advisoryLock: true }),
      one('2 app@shop api local idle 9999'),
    ],
    policy: SECONDS_10,
    expected: { victims: [2], spared: { 1: ['protected', 'holds an advisory lock'] } },
  },
  {
    id: 'D3',
    what: "backups, monitoring and the provider's roles stay, each with its reason",
    sessions: [
      one('1 backup@shop pgbackrest local idle 9999'),
      one('2 datadog@shop datadog-agent local idle 9999'),
      one('3 rdsadmin@rdsadmin - local idle 9999'),
      one('4 rdsproxyadmin@shop - 10.0.0.4 idle 9999'),
      one('5 app@shop api local idle 9999'),
    ],
    policy: SECONDS_10,
    expected: {
      victims: [5],
      spared: {
        1: ['protected', 'backup, migration or monitoring'],
        2: ['protected', 'backup, migration or monitoring'],
        3: ['built-in', "the provider's role rdsadmin"],
        4: ['built-in', "the provider's role rdsproxyadmin"],
      },
    },
  },
  {
    id: 'D4',
    what: "a pooler's sessions stay, whatever name they carry",
    sessions: POOLED,
    policy: { ...SECONDS_10, protect: { poolers: ['10.0.3.0/28'] } },
    expected: {
      victims: [],
      verdict: 'no-candidates',
      spared: Object.fromEntries(
        POOLED.map(({ pid }) => [pid, ['protected', "a pooler's session"] as const]),
      ),
    },
  },
  {
    id: 'D5',
    what: 'a list of applications does not replace the built-in one',
    sessions: [one('1 backup@shop pgbackrest local idle 9999'), one('2 app@shop x local idle 9999')],
    policy: { ...SECONDS_10, protect: { applications: ['x'] } },
    expected: { victims: [], spared: { 1: 'protected', 2: ['protected', 'application'] } },
  },
  {
    id: 'D5',
    what: 'the built-in list can be switched off',
    sessions: [one('1 backup@shop pgbackrest local idle 9999')],
    policy: { ...SECONDS_10, protect: { applications: ['x'], builtinApplications: false } },
    expected: { victims: [1] },
  },
  {
    id: 'D6',
    what: 'the commonest leak sets no name',
    sessions: [one('1 app@shop - local idle 9999'), one('2 app@shop api local idle 9999')],
    policy: { ...SECONDS_10, include: { applications: ['(none)'] } },
    expected: { victims: [1], spared: { 2: 'not-included' } },
  },
];

/** What no policy can switch off: everything is included, every protection is off. */
const WIDE_OPEN = {
  ...SECONDS_10,
  include: {
    users: ['*', 'rdsadmin', 'postgres', 'fixer'],
    databases: ['*'],
    applications: ['*', 'pg-headroom'],
    addresses: ['*'],
  },
  protect: { builtinApplications: false, listeners: false, advisoryLocks: false, temporaryTables: false },
};
const PROVIDERS = ['rdsadmin', 'rdsproxyadmin', 'rdsrepladmin', 'rdstopmgr', 'azuresu', 'cloudsqladmin'];
const APPLICATIONS = [
  'pg_dump',
  'pg_dumpall',
  'pg_restore',
  'pgbackrest [backup]',
  'barman_receive_wal',
  'pgcopydb[1234] clone',
  'datadog-agent',
  'postgres_exporter',
  'pgwatch',
  'pgwatch3',
  'pganalyze_collector',
];
const OURS = one('1 fixer@postgres pg-headroom local active 0');

const BUILT_IN: readonly Scenario[] = [
  ...PROVIDERS.map((role) => ({
    id: 'D+1',
    what: `${role} is never ended`,
    sessions: [one(`1 ${role}@shop api local idle 9999`), one(`2 ${role}2@shop api local idle 9999`)],
    policy: WIDE_OPEN,
    expected: { victims: [2], spared: { 1: ['built-in', `the provider's role ${role}`] as const } },
  })),
  ...APPLICATIONS.map((name) => ({
    id: 'D+2',
    what: `${name} is on the built-in list`,
    sessions: [one('1 app@shop api local idle 9999', { application: name })],
    policy: SECONDS_10,
    expected: { victims: [], spared: { 1: ['protected', 'backup, migration or monitoring'] as const } },
  })),
  {
    id: 'D+3',
    what: 'built-in names are prefixes of the whole name, not parts of it',
    sessions: [one('1 app@shop my-pg_dump local idle 9999'), one('2 app@shop PG_DUMP local idle 9999')],
    policy: SECONDS_10,
    expected: { victims: [2, 1] },
  },
  {
    id: 'D+4',
    what: 'ours are sessions of our role under our name, and only both together',
    sessions: [
      OURS,
      one('2 fixer@postgres pg-headroom local idle 9999'),
      one('3 mallory@shop pg-headroom local idle 9999'),
      one('4 fixer@shop psql local idle 9999'),
    ],
    ownPid: 1,
    slots: { max: 2, superuserReserved: 0 },
    policy: WIDE_OPEN,
    expected: {
      victims: [3, 4],
      spared: { 1: ['built-in', 'our own session'], 2: ['built-in', 'our own session'] },
    },
  },
  {
    id: 'D+5',
    what: 'without a session of ours our name protects nobody',
    sessions: [one('1 fixer@postgres pg-headroom local idle 9999')],
    policy: WIDE_OPEN,
    expected: { victims: [1] },
  },
  {
    id: 'D+6',
    what: 'what the server does not show spares, whatever the policy says',
    sessions: [
      one('1 app@shop api local idle 9999', { superuser: null }),
      one('2 app@shop api local idle 9999', { backendType: null }),
      one('3 app@shop api local idle 9999', { state: null }),
      aHiddenSession({ pid: 4 }),
      one('5 app@shop api local disabled 9999'),
      one('6 app@shop api local idle 9999'),
    ],
    policy: WIDE_OPEN,
    expected: {
      victims: [6],
      spared: {
        1: ['built-in', 'may be a superuser'],
        2: ['built-in', 'unknown backend type'],
        3: ['built-in', 'unknown state'],
        4: ['built-in', 'hidden from our role'],
        5: ['built-in', 'track_activities is off'],
      },
    },
  },
  {
    id: 'D+7',
    what: 'a session without a pid cannot be addressed and stays',
    sessions: [one('1 app@shop api local idle 9999', { pid: null }), one('2 app@shop api local idle 9999')],
    policy: WIDE_OPEN,
    expected: { victims: [2] },
  },
];

const FACTS: readonly Scenario[] = [
  {
    id: 'D+8',
    what: 'a fact that could not be read spares while its protection is on',
    sessions: [
      one('1 app@shop api local idle 9999', { advisoryLock: null }),
      one('2 app@shop api local idle 9999', { temporaryTables: null }),
      one('3 app@shop api local idle 9999', { temporaryTables: true }),
      one('4 app@shop api local idle 9999'),
    ],
    policy: { ...SECONDS_10, protect: { temporaryTables: true } },
    expected: {
      victims: [4],
      spared: {
        1: ['protected', 'advisory locks could not be read'],
        2: ['protected', 'temporary tables could not be read'],
        3: ['protected', 'has temporary tables'],
      },
    },
  },
  {
    id: 'D+9',
    what: 'a fact that no protection asks for plays no part',
    sessions: [
      one('1 app@shop api local idle 9999', { advisoryLock: null }),
      one('2 app@shop api local idle 9999', { advisoryLock: true }),
      one('3 app@shop api local idle 9999', { temporaryTables: null }),
      one('4 app@shop api local idle 9999', { temporaryTables: true }),
    ],
    policy: { ...SECONDS_10, protect: { advisoryLocks: false } },
    expected: { victims: pids(1, 4) },
  },
  {
    id: 'D+10',
    what: 'listeners can be given up',
    sessions: [one('1 app@shop api local idle 9999', { lastStatement: 'LISTEN "state"' })],
    policy: { ...SECONDS_10, protect: { listeners: false } },
    expected: { victims: [1] },
  },
];

/** A session with every obstacle; each row takes the foremost one away. */
const obstacles = (fields: Partial<Session>): Session =>
  one('1 postgres@shop pg_dump local active 1', { superuser: true, advisoryLock: true, ...fields });
const IN_ORDER = { ...SECONDS_10, include: { users: ['nobody'] } };
const ORDER_OF_REASONS: readonly Scenario[] = (
  [
    ['built-in', obstacles({})],
    ['protected', obstacles({ superuser: false })],
    ['protected', obstacles({ superuser: false, application: 'api' })],
    ['not-included', obstacles({ superuser: false, application: 'api', advisoryLock: false })],
    ['state', one('1 nobody@shop api local active 1', { stateAgeMs: null })],
    ['unknown-age', one('1 nobody@shop api local idle -')],
    ['too-young', one('1 nobody@shop api local idle 9')],
  ] as const
).map(([reason, session]) => ({
  id: 'D+11',
  what: `the first reason that holds is given: ${reason}`,
  sessions: [session],
  policy: IN_ORDER,
  expected: { victims: [], spared: { 1: reason } },
}));

describe('What the plan protects', () => {
  test.each(rows(FROM_THE_LIST))('%s', (_, scenario) => check(scenario));
});

describe('What the plan protects, more of the kind', () => {
  test.each(rows([...BUILT_IN, ...FACTS, ...ORDER_OF_REASONS]))('%s', (_, scenario) => check(scenario));
});
