import type { Row, Section } from '../row.ts';

const BOTH = {
  held: 22,
  refused:
    'pgbench: error: connection to server at "127.0.0.1", port # failed: FATAL:  remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role',
  mends: '`-c`',
} as const;

export const PGBENCH_ROWS = {
  client: 'pgbench',
  provenBy: 'pgbench.test.ts',
  rows: {
    throttled: {
      fault: '`-c 22` for one transaction a second (`-R 1`)',
      ...BOTH,
      cause: 'oversized-idle-pools',
      advised: 'Let them hold at most 14 together',
      outcome: 'recovered',
      ended: 8,
      saw: [
        '8 × pgbench: error: client # script 0 aborted in command 0 query 0: FATAL:  terminating connection due to administrator command',
      ],
      recovered: 'in part: 14 of its 22 clients go on',
    },
    busy: {
      fault: '`-c 22`, all of them at work',
      ...BOTH,
      cause: 'traffic-spike',
      advised: 'give it fewer clients (-c)',
      outcome: 'no-candidates',
      ended: 0,
      saw: [],
      recovered: 'it lost nothing, for it was at work',
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
