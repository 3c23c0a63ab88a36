import { CONSOLES, GRAPHICAL_TOOLS } from './developer-tools.ts';
import { nameMatcher } from './name-pattern.ts';
import type { Session } from './session.ts';

/** Client libraries and tools, as far as the advice differs between them. */
const TECHNOLOGIES = [
  'node-postgres',
  'psycopg2',
  'sqlalchemy',
  /** pgjdbc, mostly with HikariCP. Flink uses it as well. */
  'jdbc',
  'npgsql',
  'activerecord',
  'prisma',
  'psql',
  /** Graphical tools. */
  'gui',
  'monitoring',
  'pooler',
  'pgbench',
] as const;
export type Technology = (typeof TECHNOLOGIES)[number];

export type ClientTechnology = {
  readonly technology: Technology;
  /** True when the client's own name says so, false when its sessions only look like it. */
  readonly certain: boolean;
};

/** The `application_name`s that clients set themselves, in lower case. */
const NAMED: Readonly<Partial<Record<Technology, readonly string[]>>> = {
  psql: CONSOLES,
  pgbench: ['pgbench'],
  jdbc: ['postgresql jdbc driver'],
  gui: GRAPHICAL_TOOLS,
  monitoring: [
    'datadog*',
    'postgres_exporter*',
    'postgres-exporter*',
    'pg_exporter*',
    'pgwatch*',
    'pganalyze*',
    'pghero*',
    'pgdash*',
    'check_postgres*',
    'telegraf*',
    'newrelic*',
    'zabbix*',
    'grafana*',
    'netdata*',
    'pmm-agent*',
  ],
  pooler: ['pgbouncer*', 'pgpool*', 'odyssey*', 'pgcat*', 'pgdog*', 'supavisor*'],
};

/** Names that people choose after the framework that they use. They tell the driver below the framework. */
const TELLING: Readonly<Partial<Record<Technology, readonly string[]>>> = {
  'node-postgres': ['node', 'nodejs*', '*node-postgres*', '*node-pg*', '*typeorm*', '*sequelize*', '*knex*'],
  sqlalchemy: ['*sqlalchemy*', 'airflow*', 'superset*'],
  psycopg2: ['*psycopg*', '*django*', '*celery*', '*gunicorn*', 'odoo*'],
  jdbc: ['*jdbc*', '*hikari*', '*flink*', '*c3p0*'],
  npgsql: ['*npgsql*', '.net*'],
  // The Ruby driver takes the name of the program.
  activerecord: ['rails*', 'bin/rails*', 'puma*', 'sidekiq*', 'unicorn*', 'resque-*', '*activerecord*'],
  prisma: ['*prisma*'],
};

const BY_NAME = [NAMED, TELLING].flatMap((names, at) =>
  TECHNOLOGIES.flatMap((technology) => {
    const patterns = names[technology];
    return patterns === undefined ? [] : [{ technology, certain: at === 0, matches: nameMatcher(patterns) }];
  }),
);

/**
 * The statements with which pgjdbc prepares a session, in its spelling. SQLAlchemy writes them in lower case.
 */
const JDBC_HABIT = /^(?:SET extra_float_digits = \?|SHOW TRANSACTION ISOLATION LEVEL)$/;
/** The last statement of a session that SQLAlchemy, or the pool of psycopg2, has taken back. */
const PYTHON_HABIT = /^rollback$/i;

/**
 * The technology that a group's clients appear to use, or null. node-postgres leaves no trace in its
 * sessions, so that a group without a name may be one of its pools.
 */
export function technologyOf(application: string, sessions: readonly Session[]): ClientTechnology | null {
  const name = application.toLowerCase();
  const named = BY_NAME.find(({ matches }) => matches(name));
  if (named !== undefined) return { technology: named.technology, certain: named.certain };
  const last = sessions.flatMap(({ lastStatement }) => lastStatement ?? []);
  const share = (habit: RegExp, ofHundred: number) =>
    last.filter((text) => habit.test(text)).length * 100 >= ofHundred * last.length && last.length > 0;
  if (share(JDBC_HABIT, 20)) return { technology: 'jdbc', certain: false };
  // pgjdbc rolls back as well, but it always sets a name.
  if (application === '' && share(PYTHON_HABIT, 50)) return { technology: 'psycopg2', certain: false };
  return null;
}

/** The name of each technology in a sentence. */
export const TECHNOLOGY_NAMES: Readonly<Record<Technology, string>> = {
  'node-postgres': 'node-postgres',
  psycopg2: 'psycopg2',
  sqlalchemy: 'SQLAlchemy',
  jdbc: 'HikariCP with JDBC',
  npgsql: 'Npgsql',
  activerecord: 'ActiveRecord',
  prisma: 'Prisma',
  psql: 'psql',
  gui: 'a graphical tool',
  monitoring: 'a monitoring agent',
  pooler: 'a pooler',
  pgbench: 'pgbench',
};
