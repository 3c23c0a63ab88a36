import { CONSOLES, GRAPHICAL_TOOLS } from './developer-tools.ts';
import { nameMatcher } from './name-pattern.ts';
import type { Session } from './session.ts';

/** What clients are made with, as far as it changes what is to be done about them. */
const TECHNOLOGIES = [
  'node-postgres',
  'psycopg2',
  'sqlalchemy',
  /** pgjdbc, mostly under HikariCP; Flink as well. */
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
  /** Its own name says so; else it only looks like it. */
  readonly certain: boolean;
};

/** `application_name`s in lower case: those that the client gives itself. */
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

/** Those that people give, after what they use: frameworks are known by the driver beneath them. */
const TELLING: Readonly<Partial<Record<Technology, readonly string[]>>> = {
  'node-postgres': ['node', 'nodejs*', '*node-postgres*', '*node-pg*', '*typeorm*', '*sequelize*', '*knex*'],
  sqlalchemy: ['*sqlalchemy*', 'airflow*', 'superset*'],
  psycopg2: ['*psycopg*', '*django*', '*celery*', '*gunicorn*', 'odoo*'],
  jdbc: ['*jdbc*', '*hikari*', '*flink*', '*c3p0*'],
  npgsql: ['*npgsql*', '.net*'],
  // The Ruby driver names itself after the program.
  activerecord: ['rails*', 'bin/rails*', 'puma*', 'sidekiq*', '*activerecord*'],
  prisma: ['*prisma*'],
};

const BY_NAME = [NAMED, TELLING].flatMap((names, at) =>
  TECHNOLOGIES.flatMap((technology) => {
    const patterns = names[technology];
    return patterns === undefined ? [] : [{ technology, certain: at === 0, matches: nameMatcher(patterns) }];
  }),
);

/** What pgjdbc prepares a session with, in this spelling; SQLAlchemy asks in lower case. */
const JDBC_HABIT = /^(?:SET extra_float_digits = \?|SHOW TRANSACTION ISOLATION LEVEL)$/;
/** What SQLAlchemy, and psycopg2's own pool, leave a session with when they take it back. */
const PYTHON_HABIT = /^rollback$/i;

/**
 * What a group's clients look like; null where nothing tells. node-postgres has no habits that show, so that a nameless
 * group may well be one of its pools.
 */
export function technologyOf(application: string, sessions: readonly Session[]): ClientTechnology | null {
  const name = application.toLowerCase();
  const named = BY_NAME.find(({ matches }) => matches(name));
  if (named !== undefined) return { technology: named.technology, certain: named.certain };
  const last = sessions.flatMap(({ lastStatement }) => lastStatement ?? []);
  const share = (habit: RegExp, ofHundred: number) =>
    last.filter((text) => habit.test(text)).length * 100 >= ofHundred * last.length && last.length > 0;
  if (share(JDBC_HABIT, 20)) return { technology: 'jdbc', certain: false };
  // pgjdbc rolls back as well, but not without a name.
  if (application === '' && share(PYTHON_HABIT, 50)) return { technology: 'psycopg2', certain: false };
  return null;
}

/** As it is called in a sentence. */
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
