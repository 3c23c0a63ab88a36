import type { Technology } from '../server/technologies.ts';
import type { Advice } from './advice.ts';

export type Fix = {
  readonly text: string;
  /** The same in few words, for where several technologies are possible. */
  readonly short?: string;
  readonly paste?: Advice['paste'];
};

/** What advice says about one technology. */
export type TechnologyAdvice = {
  /** How its code returns sessions. */
  readonly giveBack?: Fix;
  /** How its code ends transactions. */
  readonly endTransactions?: Fix;
  /** The settings that bound the pool. */
  readonly size?: Fix;
  /** The settings that close idle sessions and old ones. */
  readonly lifetime?: Fix;
  /** The setting that shows which code keeps sessions. */
  readonly finder?: Fix;
  /** What its code sees when sessions end. */
  readonly whenEnded?: Fix;
};

const JDBC = {
  giveBack: {
    text: 'close each Connection with try-with-resources.',
    short: 'close each Connection with try-with-resources',
  },
  endTransactions: {
    text: 'commit, or close with try-with-resources: with autoCommit off every SELECT begins a transaction.',
  },
} as const;

export const TECHNOLOGY_ADVICE: Readonly<Partial<Record<Technology, TechnologyAdvice>>> = {
  'node-postgres': {
    giveBack: {
      text: 'release each client from pool.connect() in finally; pool.query() does it by itself. Add an error handler to the pool: without it an ended connection crashes the process.',
      short: 'call client.release() in finally, or client.end() without a pool',
      paste: {
        language: 'javascript',
        lines: [
          "pool.on('error', (error) => console.error(error.message));",
          'const client = await pool.connect();',
          'try {',
          "  await client.query('SELECT 1');",
          '} finally {',
          '  client.release();',
          '}',
        ],
      },
    },
    endTransactions: {
      text: 'run COMMIT, or ROLLBACK on an error, before client.release() in finally: release() does not end a transaction.',
    },
    size: { text: 'max, and an idleTimeoutMillis above 0' },
    lifetime: { text: 'idleTimeoutMillis and maxLifetimeSeconds' },
    whenEnded: {
      text: 'node-postgres crashes the process (57P01) if the pool, or a checked-out client, has no error handler',
    },
  },
  'postgres.js': {
    giveBack: {
      text: 'create one sql for each process, not for each request or hot reload, and call sql.end() at its end. A sql.reserve() needs release() in finally.',
    },
    size: { text: 'max, and an idle_timeout, without which it keeps idle sessions' },
    lifetime: { text: 'idle_timeout and max_lifetime' },
    whenEnded: {
      text: 'postgres.js opens a new connection for its next statement; one that was running fails once',
    },
  },
  slonik: {
    giveBack: {
      text: 'create one pool for each process, and call pool.end() at its end.',
      short: 'one pool for each process',
    },
    size: { text: 'maximumPoolSize, and an idleTimeout' },
    lifetime: { text: 'idleTimeout' },
  },
  Sequelize: {
    giveBack: { text: 'create one Sequelize for each process, and call close() at its end.' },
    size: { text: 'pool.max, and pool.min 0' },
    lifetime: { text: 'pool.idle' },
  },
  Prisma: {
    giveBack: {
      text: 'create one PrismaClient for each process, not for each request, and call $disconnect() at its end.',
    },
    size: { text: 'connection_limit in the URL, and use one client for each process' },
  },
  SQLAlchemy: {
    giveBack: {
      text: 'use "with engine.connect() as connection", and call close() on each Session. Create one engine for each process, after the fork.',
      short: 'use "with engine.connect()", and close each Session',
    },
    endTransactions: {
      text: 'commit or close the Session in finally, before any slow work: every first statement begins a transaction, also a SELECT.',
      short: 'commit or close the Session in finally',
    },
    size: { text: 'pool_size and max_overflow; their sum is for each process' },
    lifetime: { text: 'pool_recycle' },
    whenEnded: {
      text: 'SQLAlchemy without pool_pre_ping fails one statement in each process, then opens a new pool',
    },
  },
  psycopg2: {
    giveBack: {
      text: 'call putconn() or close() in finally. "with conn" ends the transaction but does not close the connection, "with conn.cursor()" closes only the cursor.',
      short: 'call putconn() or close(), "with conn" does not close',
      paste: {
        language: 'python',
        lines: [
          'conn = pool.getconn()',
          'try:',
          '    with conn, conn.cursor() as cursor:',
          '        cursor.execute("SELECT 1")',
          'finally:',
          '    pool.putconn(conn)',
        ],
      },
    },
    endTransactions: {
      text: 'commit or roll back in finally: every first statement begins a transaction, also a SELECT. Set conn.autocommit = True for code that only reads.',
      short: 'commit or roll back in finally, or set conn.autocommit',
    },
    size: { text: 'minconn and maxconn of the pool' },
    whenEnded: {
      text: "psycopg2's pool hands out each ended connection once more: each one gives one OperationalError",
    },
  },
  'psycopg 3': {
    giveBack: {
      text: 'use "with pool.connection() as conn", which returns the connection.',
      short: 'use "with pool.connection()"',
    },
    endTransactions: {
      text: 'commit or roll back in finally: every first statement begins a transaction, also a SELECT. Set autocommit=True for code that only reads.',
      short: 'the same with autocommit=True',
    },
    size: { text: 'min_size and max_size of ConnectionPool' },
    lifetime: { text: 'max_idle and max_lifetime' },
    whenEnded: {
      text: 'psycopg_pool hands out an ended connection once, unless it has check=ConnectionPool.check_connection',
    },
  },
  asyncpg: {
    giveBack: {
      text: 'use "async with pool.acquire() as connection". Create one pool for each process.',
      short: 'use "async with pool.acquire()"',
    },
    endTransactions: { text: 'use "async with connection.transaction()", and wait for nothing else inside.' },
    size: { text: 'min_size and max_size of create_pool(); both are 10 for each process' },
    lifetime: { text: 'max_inactive_connection_lifetime' },
  },
  Odoo: {
    giveBack: { text: 'bound its pool with db_maxconn, which is for each process.' },
    size: { text: 'db_maxconn; it is for each process' },
  },
  HikariCP: {
    ...JDBC,
    finder: {
      text: 'leakDetectionThreshold',
      paste: {
        language: 'properties',
        lines: ['leakDetectionThreshold=60000', 'connectionTimeout=30000', 'maxLifetime=1800000'],
      },
    },
    size: { text: 'maximumPoolSize and a smaller minimumIdle, without which it keeps the whole pool open' },
    lifetime: { text: 'idleTimeout and maxLifetime' },
    whenEnded: {
      text: 'HikariCP replaces ended connections before it lends them; one that was used less than 500 ms ago fails once (57P01)',
    },
  },
  'Tomcat JDBC': {
    ...JDBC,
    finder: { text: 'logAbandoned' },
    size: { text: 'maxActive and maxIdle' },
    lifetime: { text: 'minEvictableIdleTimeMillis and maxAge' },
    whenEnded: { text: 'Tomcat JDBC lends ended connections (57P01) unless testOnBorrow is set' },
  },
  DBCP: {
    ...JDBC,
    finder: { text: 'logAbandoned' },
    size: { text: 'maxTotal and maxIdle' },
    lifetime: { text: 'minEvictableIdleTimeMillis and maxConnLifetimeMillis' },
  },
  c3p0: {
    ...JDBC,
    finder: { text: 'debugUnreturnedConnectionStackTraces' },
    size: { text: 'maxPoolSize and minPoolSize' },
    lifetime: { text: 'maxIdleTime and maxConnectionAge' },
  },
  Agroal: {
    ...JDBC,
    finder: { text: 'leak-detection-interval' },
    size: { text: 'max-size and min-size' },
    lifetime: { text: 'idle-removal-interval and max-lifetime' },
  },
  Metabase: {
    giveBack: { text: 'bound its pools with MB_JDBC_DATA_WAREHOUSE_MAX_CONNECTION_POOL_SIZE.' },
    size: {
      text: 'MB_JDBC_DATA_WAREHOUSE_MAX_CONNECTION_POOL_SIZE, and MB_APPLICATION_DB_MAX_CONNECTION_POOL_SIZE for its own database',
    },
  },
  'R2DBC Pool': {
    giveBack: { text: 'close each Connection with Mono.usingWhen or Flux.usingWhen, also after an error.' },
    size: { text: 'maxSize and initialSize of the ConnectionPool' },
    lifetime: { text: 'maxIdleTime and maxLifeTime' },
  },
  'Vert.x': {
    giveBack: {
      text: 'use pool.withConnection(), or call close() on each SqlConnection. Create one pool for each process.',
    },
    size: { text: 'maxSize of PoolOptions' },
    lifetime: { text: 'idleTimeout and maxLifetime of PoolOptions' },
  },
  ActiveRecord: {
    giveBack: {
      text: 'use connection_pool.with_connection in your own threads: it gives the connection back, checkout does not.',
      short: 'use connection_pool.with_connection in your own threads',
    },
    size: { text: 'pool (database.yml); it is for each process' },
    lifetime: { text: 'idle_timeout (database.yml)' },
  },
  Sequel: {
    giveBack: { text: 'use DB.synchronize in your own threads.', short: 'use DB.synchronize' },
    size: { text: 'max_connections; it is for each process' },
  },
  Npgsql: {
    giveBack: {
      text: 'open each connection with "await using", from one NpgsqlDataSource for the process, so that it goes back to the pool.',
      short: 'open each connection with "await using"',
    },
    size: { text: 'Maximum Pool Size, and Minimum Pool Size 0' },
    lifetime: { text: 'Connection Idle Lifetime and Connection Lifetime' },
  },
  PDO: {
    giveBack: {
      text: 'set the PDO object to null when the work is done. With ATTR_PERSISTENT each PHP process keeps its connection: pm.max_children bounds them.',
    },
    size: { text: 'pm.max_children, or ATTR_PERSISTENT to false' },
  },
  'lib/pq': {
    giveBack: { text: 'close each Rows and Conn with defer.', short: 'close each Rows and Conn with defer' },
    size: { text: 'SetMaxOpenConns and SetMaxIdleConns' },
    lifetime: { text: 'SetConnMaxIdleTime' },
  },
  'deadpool-postgres': { size: { text: 'max_size' } },
  Ecto: { size: { text: 'pool_size of each Repo' } },
  'crystal-pg': { size: { text: 'max_pool_size and max_idle_pool_size in the URL' } },
  PostgREST: {
    giveBack: { text: 'bound its pool with db-pool, and set db-pool-max-idletime.' },
    size: { text: 'db-pool' },
    lifetime: { text: 'db-pool-max-idletime and db-pool-max-lifetime' },
  },
  psql: { endTransactions: { text: 'run COMMIT or ROLLBACK before you leave the desk. \\q ends psql.' } },
  pgbench: { giveBack: { text: 'this is a load test. Stop it where it runs.' } },
};
