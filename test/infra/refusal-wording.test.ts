import { describe, expect, test } from 'vitest';
import { refusalPattern, refusalQuery } from '../../infra/constructs/refusal-wording.ts';

const RDS = '2026-08-07 06:49:32 UTC:172.31.8.184(59334):app@postgres:[26661]:FATAL:  ';
const RESERVED = 'remaining connection slots are reserved for';

/** Every wording of SQLSTATE 53300, as the servers that have it write it into their logs. */
const REFUSALS: readonly (readonly [of: string, line: string])[] = [
  ['every slot taken', `${RDS}sorry, too many clients already`],
  ['the reserve, to 15', `${RDS}${RESERVED} non-replication superuser connections`],
  ['the reserve, RDS to 15', `${RDS}${RESERVED} non-replication superuser and rds_superuser connections`],
  [
    'the reserve, RDS to 15 since 2024',
    `${RDS}${RESERVED} non-replication superuser, rds_reserved, and rds_superuser connections`,
  ],
  ['the reserve of superusers, from 16', `${RDS}${RESERVED} roles with the SUPERUSER attribute`],
  [
    'reserved_connections, from 16',
    `${RDS}${RESERVED} roles with privileges of the "pg_use_reserved_connections" role`,
  ],
  ['the reserve of RDS, from 16', `${RDS}${RESERVED} roles with privileges of the "rds_reserved" role`],
  ["a role's limit", `${RDS}too many connections for role "lim"`],
  ["a database's limit", `${RDS}too many connections for database "limdb"`],
  ['walsenders', `${RDS}number of requested standby connections exceeds "max_wal_senders" (currently 1)`],
  [
    'a server of your own',
    '2026-11-21 03:47:47.944 UTC [15641] 53300 postgres@postgres/[unknown] FATAL:  sorry, too many clients already',
  ],
  ['pgpool', 'FATAL:  Sorry, too many clients already'],
  ['DWS', 'FATAL: Already too many clients, active/non-active/reserved: 5/508/3'],
  ['openGauss', 'FATAL:  Too many clients already, current: 203, max_connections/reserved: 200/3.'],
  [
    'German, by the other prefix of RDS',
    '2026-11-21 03:15:20.101 UTC:10.0.3.17(51234):app@shop:[26661]:1:53300:2026-11-21 03:15:20 UTC:5/7:0:673ea1.6825:FATAL:  tut mir leid, schon zu viele Verbindungen',
  ],
  [
    'German, in csvlog',
    '2026-11-21 03:15:20.123 UTC,"app","orders",4242,"10.0.3.17:51234",6920a1b8.1092,1,"startup",2026-11-21 03:15:20 UTC,3/12,0,FATAL,53300,"tut mir leid, schon zu viele Verbindungen",,,,,,,,,"","client backend",,0',
  ],
  ["a client's own log", '{"level":"error","err":"error: sorry, too many clients already","pid":7}'],
];

const OTHERS: readonly (readonly [of: string, line: string])[] = [
  ['a termination', `${RDS}terminating connection due to administrator command`],
  ['a login', `${RDS.replace('FATAL', 'LOG')}connection authorized: user=app database=shop`],
  [
    'a process of that number',
    `${RDS.replace('26661', '53300')}password authentication failed for user "app"`,
  ],
  ['a client on that port', `${RDS.replace('59334', '53300')}password authentication failed for user "app"`],
  ['a pooler that is full itself', 'pooler error: no more connections allowed (max_client_conn)'],
];

/** A filter of optional terms matches a line that has any of the quoted phrases, and case counts. */
const phrases = [...refusalPattern().logPatternString.matchAll(/\?"([^"]+)"/g)].map(([, phrase]) =>
  String(phrase),
);
/** A query's expressions, which JavaScript reads as CloudWatch does. */
const [, expression = ''] = /@message like \/(.+?)\/( \||$)/.exec(refusalQuery()) ?? [];

describe.each(REFUSALS)('a refusal by %s', (_, line) => {
  test('is matched by filters', () => {
    expect(phrases.some((phrase) => line.includes(phrase))).toBe(true);
  });

  test('is matched by the query', () => {
    expect(line).toMatch(new RegExp(expression));
  });
});

describe.each(OTHERS)('%s', (_, line) => {
  test('is no refusal to either', () => {
    expect(phrases.filter((phrase) => line.includes(phrase))).toEqual([]);
    expect(line).not.toMatch(new RegExp(expression));
  });
});

describe('the pattern of filters', () => {
  test('consists of optional phrases alone: beside any other term CloudWatch ignores these', () => {
    const pattern = refusalPattern().logPatternString;
    expect(pattern).toBe(phrases.map((phrase) => `?"${phrase}"`).join(' '));
  });
});

describe("the query of one instance's stream", () => {
  const [, stream = ''] = /@logStream like \/(.+)\/$/.exec(refusalQuery('orders.1')) ?? [];

  test.each(['orders.1', 'orders.1.0'])('reads %s', (name) => {
    expect(name).toMatch(new RegExp(stream));
  });

  test.each(['orders.10', 'orders-1', 'my-orders.1', 'orders'])('does not read %s', (name) => {
    expect(name).not.toMatch(new RegExp(stream));
  });
});
