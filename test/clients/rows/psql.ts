import type { Row, Section } from '../row.ts';

export const PSQL_ROWS = {
  client: 'psql',
  provenBy: 'psql.test.ts',
  rows: {
    leftOpen: {
      fault: 'left open after one statement, 23 times',
      cause: 'developer-tools',
      outcome: 'recovered',
      ended: 8,
      held: 23,
      refused:
        'psql: error: connection to server at "127.0.0.1", port # failed: FATAL:  remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role',
      saw: [
        'FATAL:  terminating connection due to administrator command',
        'server closed the connection unexpectedly',
        'This probably means the server terminated abnormally',
        'before or while processing the request.',
        'The connection to the server was lost. Attempting reset: Succeeded.',
      ],
      recovered: 'yes, at its next statement, which is lost',
      advised: 'In scripts use psql -c, which ends by itself',
      mends: '`psql -c`',
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
