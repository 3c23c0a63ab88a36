import type { Row, Section } from '../row.ts';

const REFUSED =
  'failed OperationalError without a code: connection to server at "127.0.0.1", port # failed: FATAL:  remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role';
const LEAK = {
  cause: 'connection-leak',
  outcome: 'recovered',
  ended: 8,
  held: 22,
  refused: REFUSED,
} as const;

export const PSYCOPG2 = {
  client: 'psycopg2',
  provenBy: 'psycopg2.test.ts',
  rows: {
    getconn: {
      fault: '`getconn` without `putconn`',
      ...LEAK,
      saw: [],
      recovered: 'yes',
      advised: 'psycopg2: call putconn() or close()',
      mends: '`pool.putconn(conn)` in `finally`',
    },
    withConn: {
      fault: '`with conn` for each customer, which does not close',
      ...LEAK,
      saw: ['3 × failed InterfaceError without a code: connection already closed'],
      recovered: 'no',
      advised: '"with conn" does not close',
      mends: '`contextlib.closing`',
    },
    large: {
      fault: 'three processes with a pool of `minconn` 11',
      ...LEAK,
      cause: 'oversized-idle-pools',
      saw: [
        '8 × failed OperationalError without a code: server closed the connection unexpectedly / This probably means the server terminated abnormally / before or while processing the request.',
      ],
      recovered: 'yes, after 8 failed requests',
      advised: 'Let them hold at most 14 together',
      mends: '`minconn` and `maxconn`',
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
