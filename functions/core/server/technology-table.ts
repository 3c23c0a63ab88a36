import type { Technology } from './technologies.ts';

/**
 * What clients leave in pg_stat_activity, and which technologies leave it. Everything that is known about
 * client libraries, pools and tools by name stands here, each sign with the public source that shows it.
 * docs/operate/technologies.md is written from this table.
 */

type Left = {
  /** Which technologies leave it, the commoner first. */
  readonly by: readonly [Technology, ...Technology[]];
  /** Whether nothing else leaves it: the program's own default name, or a statement that it alone sends. */
  readonly isCertain: boolean;
  /** Project and file. */
  readonly source: string;
};

/** An application name. `*` stands for any text; upper and lower case are alike. */
export type NameSign = Left & { readonly name: string };
/** A last statement, as its shape. */
export type StatementSign = Left & {
  readonly statement: RegExp;
  /** An example, as the client sends it. */
  readonly example: string;
  /** The least share of a program's told last statements, in percent. */
  readonly percent: number;
  /** Whether clients that set a name leave it for other reasons. */
  readonly isOfNameless: boolean;
};

const PGJDBC_POOLS = ['HikariCP', 'Tomcat JDBC', 'DBCP', 'c3p0', 'Agroal'] as const;
const RUBY = ['ActiveRecord', 'Sequel'] as const;
const BY_ADMINISTRATORS = 'no default of its own: the name that administrators choose';
const BY_DEVELOPERS = 'no default of its own: the name that developers choose';
const CLOSED = 'closed program: its name, without a public source';
const JETBRAINS = 'closed program: `/* ApplicationName=DataGrip 2023.1 */` in public logs of its statements';

const certain = (name: string, by: Technology, source: string): NameSign => ({
  name,
  by: [by],
  isCertain: true,
  source,
});
const likely = (name: string, by: Left['by'], source: string): NameSign => ({
  name,
  by,
  isCertain: false,
  source,
});

export const NAME_SIGNS: readonly NameSign[] = [
  certain('psql', 'psql', 'postgres/postgres src/bin/psql/startup.c'),
  certain('pgbench', 'pgbench', 'postgres/postgres src/bin/pgbench/pgbench.c'),
  certain('pg_dump*', 'pg_dump', 'postgres/postgres src/bin/pg_dump/pg_backup_db.c'),
  certain('pg_restore*', 'pg_dump', 'postgres/postgres src/bin/pg_dump/pg_backup_db.c'),
  certain('postgres_fdw', 'postgres_fdw', 'postgres/postgres contrib/postgres_fdw/connection.c'),
  likely('dblink', ['dblink'], BY_ADMINISTRATORS),
  certain('pg_cron*', 'pg_cron', 'citusdata/pg_cron src/pg_cron.c'),
  certain('repmgr*', 'repmgr', 'EnterpriseDB/repmgr dbutils.c'),
  ...['citus_internal gpid=*', 'citus_rebalancer gpid=*', 'citus_run_command gpid=*'].map((name) =>
    certain(name, 'Citus', 'citusdata/citus src/include/distributed/connection_management.h'),
  ),
  certain('pgcli', 'pgcli', 'dbcli/pgcli pgcli/main.py'),
  likely('usql', ['usql'], BY_ADMINISTRATORS),
  certain('pg_activity', 'pg_activity', 'dalibo/pg_activity pgactivity/data.py'),
  certain('pgAdmin*', 'pgAdmin', 'pgadmin-org/pgadmin4 web/pgadmin/utils/driver/psycopg3/connection.py'),
  certain(
    'DBeaver*',
    'DBeaver',
    'dbeaver/dbeaver plugins/org.jkiss.dbeaver.model/src/org/jkiss/dbeaver/model/DBUtils.java',
  ),
  certain(
    'CloudBeaver*',
    'CloudBeaver',
    'dbeaver/cloudbeaver server/product/web-server/product-branding.properties',
  ),
  certain('DbGate', 'DbGate', 'dbgate/dbgate plugins/dbgate-plugin-postgres/src/backend/drivers.js'),
  certain('HeidiSQL', 'HeidiSQL', 'HeidiSQL/HeidiSQL source/dbconnection.pas'),
  ...[
    'DataGrip*',
    'IntelliJ*',
    'PhpStorm *',
    'GoLand*',
    'PyCharm*',
    'WebStorm *',
    'RubyMine *',
    'DataSpell *',
    // A service may be called rider-dispatch.
    'Rider 20*',
  ].map((name) => certain(name, 'JetBrains IDE', JETBRAINS)),
  ...[
    'TablePlus*',
    'Postico*',
    'Navicat*',
    'Beekeeper*',
    'DbVisualizer*',
    'SQL Workbench*',
    'Azure Data Studio*',
    'azuredatastudio*',
    'azdata*',
    'vscode-pgsql*',
  ].map((name) => likely(name, ['another graphical tool'], CLOSED)),
  certain(
    'datadog-agent',
    'Datadog agent',
    'DataDog/integrations-core postgres/datadog_checks/postgres/config.py',
  ),
  certain('temboard-agent', 'temBoard', 'dalibo/temboard agent/temboardagent/postgres.py'),
  certain('pgwatch', 'pgwatch', 'cybertec-postgresql/pgwatch internal/db/bootstrap.go'),
  certain('pganalyze_collector', 'pganalyze', 'pganalyze/collector main.go'),
  certain('pganalyze_test_run', 'pganalyze', 'pganalyze/collector main.go'),
  ...['postgres_exporter*', 'postgres-exporter*'].map((name) =>
    likely(name, ['another monitoring agent'], 'prometheus-community/postgres_exporter issue 352'),
  ),
  likely(
    'sql-exporter*',
    ['another monitoring agent'],
    'burningalchemist/sql_exporter examples/k8s-secret/README.md',
  ),
  ...[
    'datadog*',
    'temboard*',
    'pgwatch*',
    'pganalyze*',
    'sql_exporter*',
    'pg_exporter*',
    'otelcol*',
    'nri-postgresql*',
    'newrelic*',
    'pghero*',
    'pgdash*',
    'check_postgres*',
    'telegraf*',
    'zabbix*',
    'grafana*',
    'netdata*',
    'pmm-agent*',
  ].map((name) => likely(name, ['another monitoring agent'], BY_ADMINISTRATORS)),
  certain('Supavisor*', 'Supavisor', 'supabase/supavisor lib/supavisor/db_handler.ex'),
  certain('pgcat', 'pgcat', 'postgresml/pgcat src/server.rs'),
  certain('PgDog', 'PgDog', 'pgdogdev/pgdog pgdog/src/backend/pool/pool_impl.rs'),
  likely('pgcat*', ['pgcat'], BY_ADMINISTRATORS),
  likely('pgdog*', ['PgDog'], BY_ADMINISTRATORS),
  likely('pgagroal*', ['pgagroal'], BY_ADMINISTRATORS),
  likely('pgbouncer*', ['PgBouncer'], BY_ADMINISTRATORS),
  likely('pgpool*', ['pgpool-II'], BY_ADMINISTRATORS),
  likely('odyssey*', ['Odyssey'], 'yandex/odyssey issue 1516'),
  certain('postgres.js', 'postgres.js', 'porsager/postgres src/index.js'),
  certain(
    'r2dbc-postgresql',
    'R2DBC Pool',
    'pgjdbc/r2dbc-postgresql src/main/java/io/r2dbc/postgresql/PostgresqlConnectionConfiguration.java',
  ),
  certain(
    'vertx-pg-client',
    'Vert.x',
    'eclipse-vertx/vertx-sql-client vertx-pg-client/src/main/java/io/vertx/pgclient/PgConnectOptions.java',
  ),
  likely(
    'PostgreSQL JDBC Driver',
    PGJDBC_POOLS,
    'pgjdbc/pgjdbc pgjdbc/src/main/version/org/postgresql/util/DriverInfo.java',
  ),
  certain('Metabase v*', 'Metabase', 'metabase/metabase src/metabase/driver/postgres.clj'),
  certain(
    'Debezium *',
    'Debezium',
    'debezium/debezium debezium-connector-postgres/src/main/java/io/debezium/connector/postgresql/connection/PostgresConnection.java',
  ),
  certain('PostgREST *', 'PostgREST', 'PostgREST/postgrest src/library/PostgREST/Config.hs'),
  certain('odoo-*', 'Odoo', 'odoo/odoo odoo/sql_db.py'),
  certain('dbt', 'dbt', 'dbt-labs/dbt-postgres dbt/adapters/postgres/connections.py'),
  // The default name is a common word.
  likely('crystal', ['crystal-pg'], 'will/crystal-pg src/pq/conninfo.cr'),
  // ruby-pg takes the name of the process (lib/pg/connection.rb), which these programs set.
  likely('puma*', RUBY, 'ged/ruby-pg lib/pg/connection.rb, puma/puma lib/puma/cluster/worker.rb'),
  likely('sidekiq*', RUBY, 'ged/ruby-pg lib/pg/connection.rb, sidekiq/sidekiq lib/sidekiq/launcher.rb'),
  likely('resque-*', RUBY, 'ged/ruby-pg lib/pg/connection.rb, resque/resque lib/resque/worker.rb'),
  likely('unicorn*', RUBY, 'ged/ruby-pg lib/pg/connection.rb, defunkt/unicorn lib/unicorn/http_server.rb'),
  likely('bin/rails*', ['ActiveRecord'], 'ged/ruby-pg lib/pg/connection.rb'),
  ...['node', 'nodejs*', '*node-postgres*', '*node-pg*', '*typeorm*', '*knex*'].map((name) =>
    likely(name, ['node-postgres'], BY_DEVELOPERS),
  ),
  likely('*sequelize*', ['Sequelize'], BY_DEVELOPERS),
  likely('*slonik*', ['slonik'], BY_DEVELOPERS),
  likely('*prisma*', ['Prisma'], BY_DEVELOPERS),
  ...['*sqlalchemy*', 'airflow*', 'superset*'].map((name) => likely(name, ['SQLAlchemy'], BY_DEVELOPERS)),
  likely('*asyncpg*', ['asyncpg'], BY_DEVELOPERS),
  likely('*django*', ['psycopg2', 'psycopg 3'], BY_DEVELOPERS),
  likely('*psycopg2*', ['psycopg2'], BY_DEVELOPERS),
  likely('*psycopg*', ['psycopg2', 'psycopg 3'], BY_DEVELOPERS),
  ...['*celery*', '*gunicorn*'].map((name) => likely(name, ['SQLAlchemy', 'psycopg2'], BY_DEVELOPERS)),
  likely('odoo*', ['Odoo'], BY_DEVELOPERS),
  likely('*hikari*', ['HikariCP'], BY_DEVELOPERS),
  likely('*c3p0*', ['c3p0'], BY_DEVELOPERS),
  ...['*jdbc*', '*flink*'].map((name) => likely(name, PGJDBC_POOLS, BY_DEVELOPERS)),
  ...['*npgsql*', '.net*'].map((name) => likely(name, ['Npgsql'], BY_DEVELOPERS)),
  ...['rails*', '*activerecord*'].map((name) => likely(name, ['ActiveRecord'], BY_DEVELOPERS)),
];

const sent = (statement: RegExp, example: string, by: Left['by'], source: string): StatementSign => ({
  statement,
  example,
  percent: 20,
  isOfNameless: false,
  by,
  isCertain: false,
  source,
});
const sentOnlyBy = (by: Technology, statement: RegExp, example: string, source: string): StatementSign => ({
  ...sent(statement, example, [by], source),
  isCertain: true,
});

export const STATEMENT_SIGNS: readonly StatementSign[] = [
  sentOnlyBy(
    'asyncpg',
    /^SELECT pg_advisory_unlock_all\(\); CLOSE ALL; UNLISTEN \*; RESET ALL;$/,
    'SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;',
    'MagicStack/asyncpg asyncpg/connection.py',
  ),
  sentOnlyBy(
    'PDO',
    /^DEALLOCATE pdo_stmt_[0-9a-f]+$/,
    'DEALLOCATE pdo_stmt_0000001f',
    'php/php-src ext/pdo_pgsql/pgsql_driver.c and pgsql_statement.c',
  ),
  sentOnlyBy(
    'Npgsql',
    /^SET SESSION AUTHORIZATION DEFAULT;RESET ALL;CLOSE ALL;UNLISTEN \*;SELECT pg_advisory_unlock_all\(\);/,
    'SET SESSION AUTHORIZATION DEFAULT;RESET ALL;CLOSE ALL;UNLISTEN *;SELECT pg_advisory_unlock_all();DISCARD SEQUENCES;DISCARD TEMP',
    'npgsql/npgsql src/Npgsql/Internal/NpgsqlConnector.cs',
  ),
  sentOnlyBy(
    'Npgsql',
    /^SELECT ns\.nspname, t\.oid, t\.typname, t\.typtype, t\.typnotnull, t\.elemtypoid FROM /,
    'SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (…',
    'npgsql/npgsql src/Npgsql/PostgresDatabaseInfo.cs',
  ),
  sentOnlyBy(
    'deadpool-postgres',
    /^CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN \*; SELECT pg_advisory_unlock_all\(\);/,
    'CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;',
    'bikeshedder/deadpool postgres/src/config.rs',
  ),
  sentOnlyBy(
    'Ecto',
    /^SELECT t\.oid, t\.typname, t\.typsend, t\.typreceive, t\.typoutput, t\.typinput,/,
    'SELECT t.oid, t.typname, t.typsend, t.typreceive, t.typoutput, t.typinput, …',
    'elixir-ecto/postgrex lib/postgrex/types.ex',
  ),
  sentOnlyBy(
    'ActiveRecord',
    /^SELECT t\.oid, t\.typname, t\.typelem, t\.typdelim, t\.typinput, r\.rngsubtype, t\.typtype, t\.typbasetype FROM pg_type as t\b/,
    'SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type as t …',
    'rails/rails activerecord/lib/active_record/connection_adapters/postgresql_adapter.rb',
  ),
  sentOnlyBy(
    'Sequelize',
    /^(?:WITH ranges AS \( ?SELECT pg_range\.rngtypid,|SET standard_conforming_strings=on;SET client_min_messages TO \w+;)/,
    'SET standard_conforming_strings=on;SET client_min_messages TO warning;…',
    'sequelize/sequelize packages/postgres/src/connection-manager.ts',
  ),
  sent(
    /^(?:show transaction isolation level|select pg_catalog\.version\(\)|show standard_conforming_strings)$/,
    'show transaction isolation level',
    ['SQLAlchemy'],
    'sqlalchemy/sqlalchemy lib/sqlalchemy/dialects/postgresql/base.py',
  ),
  sent(
    /^(?:SET extra_float_digits = \?(?:;SET application_name = \?)?|SET application_name = \?|SHOW TRANSACTION ISOLATION LEVEL|SET SESSION CHARACTERISTICS AS TRANSACTION (?:READ|ISOLATION LEVEL) [A-Z ]+)$/,
    'SHOW TRANSACTION ISOLATION LEVEL',
    PGJDBC_POOLS,
    'pgjdbc/pgjdbc pgjdbc/src/main/java/org/postgresql/core/v3/ConnectionFactoryImpl.java and jdbc/PgConnection.java',
  ),
  // Poolers reset their sessions in this way as well (pgbouncer/pgbouncer etc/pgbouncer.ini).
  sent(
    /^DISCARD ALL;?$/,
    'DISCARD ALL',
    ['slonik', 'Npgsql'],
    'gajus/slonik packages/slonik/src/factories/createClientConfiguration.ts, npgsql/npgsql src/Npgsql/PregeneratedMessages.cs',
  ),
  sent(
    /^;$/,
    ';',
    ['ActiveRecord', 'lib/pq'],
    'rails/rails activerecord/lib/active_record/connection_adapters/postgresql_adapter.rb, lib/pq conn.go',
  ),
  {
    // pgjdbc rolls back as well, but it always sets a name.
    ...sent(
      /^ROLLBACK;?$/i,
      'ROLLBACK',
      ['SQLAlchemy', 'psycopg2', 'psycopg 3'],
      'sqlalchemy/sqlalchemy lib/sqlalchemy/engine/default.py, psycopg/psycopg2 lib/pool.py, psycopg/psycopg psycopg_pool/psycopg_pool/pool.py',
    ),
    percent: 50,
    isOfNameless: true,
  },
];
