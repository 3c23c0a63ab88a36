import type { Row, Section } from '../row.ts';

const REFUSED =
  'FATAL: remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role';

export const HIKARICP = {
  client: 'HikariCP with pgjdbc',
  provenBy: 'hikaricp.test.ts',
  rows: {
    taskSlots: {
      fault: 'three task slots, each with a pool of 10 and `minimumIdle` as it comes',
      cause: 'oversized-idle-pools',
      outcome: 'recovered',
      ended: 8,
      held: 20,
      refused: `failed PoolInitializationException: Failed to initialize pool: ${REFUSED} | PSQLException 53300: ${REFUSED}`,
      saw: [
        '8 × [main] WARN com.zaxxer.hikari.pool.PoolBase - HikariPool-1 - Failed to validate connection org.postgresql.jdbc.PgConnection@# (This connection has been closed.)',
      ],
      recovered: 'yes, and holds 20 sessions again',
      advised: 'Let them hold at most 12 together',
      mends: '`minimumIdle` and `maximumPoolSize`',
    },
    neverClosed: {
      fault: 'connections without `close()`',
      cause: 'connection-leak',
      outcome: 'recovered',
      ended: 8,
      held: 20,
      refused: `failed SQLTransientConnectionException 53300: HikariPool-1 - Connection is not available, request timed out after #ms. | PSQLException 53300: ${REFUSED}`,
      saw: [],
      recovered: 'yes',
      advised: 'close each Connection with try-with-resources',
      mends: '`try`-with-resources',
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
