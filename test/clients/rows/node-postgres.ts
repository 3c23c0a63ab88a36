import type { Row, Section } from '../row.ts';

const REFUSED =
  'failed DatabaseError 53300: remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role';
const crashOf = (emitter: 'Client' | 'BoundPool') => [
  'error: terminating connection due to administrator command',
  `Emitted 'error' event on ${emitter} instance at:`,
  'exit code 1',
];
const ENDED = '8 × DatabaseError 57P01: terminating connection due to administrator command';
const CUT = '8 × Error: Connection terminated unexpectedly';
const LEAK = {
  cause: 'connection-leak',
  outcome: 'recovered',
  ended: 8,
  held: 22,
  refused: REFUSED,
} as const;
const LARGE = { ...LEAK, cause: 'oversized-idle-pools' } as const;

export const NODE_POSTGRES = {
  client: 'node-postgres',
  provenBy: 'node-postgres.test.ts',
  rows: {
    checkedOut: {
      fault: '`Pool`: clients checked out and not released, no handler of `error`',
      ...LEAK,
      saw: crashOf('Client'),
      recovered: 'no, it crashed',
      advised: 'client.release() in finally',
      mends: '`client.release()` in `finally`',
    },
    checkedOutPoolHandler: {
      fault: "`Pool`: clients checked out and not released, `pool.on('error')` only",
      ...LEAK,
      saw: crashOf('Client'),
      recovered: 'no, it crashed',
      advised: 'client.release() in finally',
      mends: '`client.release()` in `finally`',
    },
    checkedOutBothHandlers: {
      fault: "`Pool`: clients checked out and not released, `pool.on('error')` and `client.on('error')`",
      ...LEAK,
      saw: [ENDED, CUT],
      recovered: 'yes',
      advised: 'client.release() in finally',
      mends: '`client.release()` in `finally`',
    },
    large: {
      fault: '`Pool`: three processes with `max` 11 and `idleTimeoutMillis` 0, no handler of `error`',
      ...LARGE,
      saw: crashOf('BoundPool'),
      recovered: '1 of 3 crashed',
      advised: 'Let them hold at most 14 together',
      mends: '`max` and `idleTimeoutMillis`',
    },
    largeHandler: {
      fault: "`Pool`: three processes with `max` 11 and `idleTimeoutMillis` 0, `pool.on('error')`",
      ...LARGE,
      saw: [ENDED],
      recovered: 'yes',
      advised: 'Let them hold at most 14 together',
      mends: '`max` and `idleTimeoutMillis`',
    },
    perRequest: {
      fault: '`Client`: one for each request, not ended, no handler of `error`',
      ...LEAK,
      saw: crashOf('Client'),
      recovered: 'no, it crashed',
      advised: 'client.end() without a pool',
      mends: '`client.end()` in `finally`',
    },
    perRequestHandler: {
      fault: "`Client`: one for each request, not ended, `client.on('error')`",
      ...LEAK,
      saw: [ENDED, CUT],
      recovered: 'yes',
      advised: 'client.end() without a pool',
      mends: '`client.end()` in `finally`',
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
