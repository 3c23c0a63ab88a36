/** The client libraries, pools and tools that are known, and of which kind each is. */

/** What a technology is, as far as causes and advice differ. */
export const KINDS = [
  /** A driver, a framework or a pool that keeps sessions open and lends them. */
  'pool',
  /** A driver without a pool of its own. */
  'driver',
  /** A terminal in which a person types statements. */
  'console',
  /** A program with windows in which a person works. */
  'graphical tool',
  'monitoring',
  'pooler',
  'load test',
  /** A program that belongs to a server or to its administration. No application's pool sets its number of sessions. */
  'server program',
  'replication',
] as const;
export type TechnologyKind = (typeof KINDS)[number];

/** Each technology under the name that sentences use. */
export const TECHNOLOGIES = {
  // JavaScript
  'node-postgres': 'pool',
  'postgres.js': 'pool',
  slonik: 'pool',
  Sequelize: 'pool',
  Prisma: 'pool',
  // Python
  SQLAlchemy: 'pool',
  psycopg2: 'pool',
  'psycopg 3': 'pool',
  asyncpg: 'pool',
  Odoo: 'pool',
  dbt: 'driver',
  // The Java virtual machine. The pools all use pgjdbc.
  HikariCP: 'pool',
  'Tomcat JDBC': 'pool',
  DBCP: 'pool',
  c3p0: 'pool',
  Agroal: 'pool',
  Metabase: 'pool',
  'R2DBC Pool': 'pool',
  'Vert.x': 'pool',
  Debezium: 'replication',
  // Ruby
  ActiveRecord: 'pool',
  Sequel: 'pool',
  // Others
  Npgsql: 'pool',
  PDO: 'driver',
  'lib/pq': 'pool',
  'deadpool-postgres': 'pool',
  Ecto: 'pool',
  'crystal-pg': 'pool',
  PostgREST: 'pool',
  // People's tools
  psql: 'console',
  pgcli: 'console',
  usql: 'console',
  pg_activity: 'console',
  pgAdmin: 'graphical tool',
  DBeaver: 'graphical tool',
  CloudBeaver: 'graphical tool',
  'JetBrains IDE': 'graphical tool',
  DbGate: 'graphical tool',
  HeidiSQL: 'graphical tool',
  'another graphical tool': 'graphical tool',
  // Agents
  'Datadog agent': 'monitoring',
  temBoard: 'monitoring',
  pgwatch: 'monitoring',
  pganalyze: 'monitoring',
  'another monitoring agent': 'monitoring',
  // Poolers
  PgBouncer: 'pooler',
  'pgpool-II': 'pooler',
  Odyssey: 'pooler',
  pgcat: 'pooler',
  PgDog: 'pooler',
  pgagroal: 'pooler',
  Supavisor: 'pooler',
  // PostgreSQL's own
  pgbench: 'load test',
  postgres_fdw: 'server program',
  dblink: 'server program',
  pg_cron: 'server program',
  repmgr: 'server program',
  Citus: 'server program',
  pg_dump: 'server program',
} as const satisfies Readonly<Record<string, TechnologyKind>>;
export type Technology = keyof typeof TECHNOLOGIES;
