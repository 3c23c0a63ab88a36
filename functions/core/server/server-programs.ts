import { nameMatcher } from './name-pattern.ts';
import type { Session } from './session.ts';

/**
 * Clients that belong to a server or to its administration, by the application name that they set:
 * `postgres_fdw` since 9.3 (contrib/postgres_fdw/connection.c, fallback_application_name), repmgr, pg_cron
 * and logical replication. dblink sets none. Their number of sessions does not depend on an application's
 * pool.
 */
const SERVER_PROGRAMS: readonly string[] = [
  'postgres_fdw',
  'dblink',
  'pg_cron*',
  'repmgr*',
  'pg_dump*',
  'pg_restore*',
];

const matches = nameMatcher(SERVER_PROGRAMS);

export function isServerProgram({ application }: Pick<Session, 'application'>): boolean {
  return matches(application);
}
