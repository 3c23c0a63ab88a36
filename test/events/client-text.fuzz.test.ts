import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalIn } from '../support/refusal-in.ts';

/** What a client may put into a name or a query to look like a refusal. */
const PIECES = [
  ...['sorry, too many clients already', 'too many connections for role "a"', 'query_wait_timeout'],
  ...['FATAL:  ', 'FATAL: ', 'PANIC:  ', 'ERROR:  ', 'ERROR: ', 'LOG:  ', 'DETAIL:  ', '致命错误:  '],
  ...[
    '53300',
    '53300: ',
    'SQLSTATE 53300',
    'code: 53300',
    ':[1]:',
    '2026-11-21 03:15:20 UTC',
    'C-0x1: a/b@c:1 ',
  ],
  ...[
    'error: ',
    'pq: ',
    'psql',
    'connect',
    'odyssey: c1: ',
    'server login failed: FATAL ',
    'x',
    ' ',
    ':',
    '@',
  ],
  ...[
    '"',
    '\\"',
    "'",
    '`',
    '(',
    ')',
    '[',
    ']',
    '{"message":"',
    'message=',
    'user=',
    'db=',
    '\u001b[31m',
    '\ufeff',
    '\t',
  ],
];
const text = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 7 })
  .map((pieces) => pieces.join(''));

const AT = '2026-11-21 03:15:20.123 UTC';
const ON_RDS = '2026-11-21 03:15:20 UTC:10.0.3.17(51234):';
const quotedInCsv = (name: string) => `"${name.replaceAll('"', '""')}"`;

test.each<[string, (name: string) => string]>([
  ['a query', (query) => `${AT} [1] app@orders STATEMENT:  ${query}`],
  [
    'a query and the name of its application',
    (query) => `${AT} [1]: [1-1] user=app,db=orders,app=${query},client=10.0.3.17 STATEMENT:  ${query}`,
  ],
  [
    'the name of its application, before a query that begins with a space',
    (name) => `${AT} [1]: [1-1] user=app,db=orders,app=${name},client=10.0.3.17 STATEMENT:   SELECT 1/0`,
  ],
  [
    'the name of its application, before a query without a letter',
    (name) => `${AT} [1]: [1-1] user=app,db=orders,app=${name},client=10.0.3.17 STATEMENT:  \ufeff`,
  ],
  [
    'the name of its application, before the process id and a query that begins with a space',
    (name) => `${AT} ${name} [1] STATEMENT:   SELECT 1/0`,
  ],
  ['a query in a log without a prefix', (query) => `STATEMENT:  ${query}`],
  ['an error', (message) => `${AT} [1] app@orders ERROR:  ${message}`],
  ['a detail', (detail) => `${AT} [1] app@orders DETAIL:  ${detail}`],
  ['a statement that is logged', (query) => `${ON_RDS}app@orders:[1]:LOG:  execute <unnamed>: ${query}`],
  [
    'a user who fails to log in',
    (user) => `${AT} [1] x@orders FATAL:  password authentication failed for user "${user}"`,
  ],
  ['a user on RDS', (user) => `${ON_RDS}${user}@orders:[1]:FATAL:  role "${user}" does not exist`],
  ['a database', (database) => `${AT} [1] app@${database} FATAL:  database "${database}" does not exist`],
  [
    'names of a login',
    (name) => `${AT} [1] app@orders LOG:  connection authorized: user=${name} application_name=${name}`,
  ],
  [
    'a row of csvlog',
    (name) =>
      `${AT},${quotedInCsv(name)},"orders",1,"10.0.3.17:5",6920a1b8.1092,1,"x",2026-11-21 03:15:20 UTC,3/12,0,ERROR,53300,${quotedInCsv(name)},,,,,,${quotedInCsv(name)},,,"psql","client backend",,0`,
  ],
  [
    'an entry of jsonlog that is wrapped',
    (name) =>
      JSON.stringify({
        log: {
          error_severity: 'FATAL',
          state_code: '28000',
          message: `role "${name}" does not exist`,
          user: name,
          detail: name,
        },
      }),
  ],
])('what a client writes on one line makes no refusal: %s', (_, line) => {
  fc.assert(
    fc.property(text, (written) => {
      expect(refusalIn(line(written))).toBeNull();
    }),
    { numRuns: 1_500 },
  );
});
