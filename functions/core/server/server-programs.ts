import { nameMatcher } from './name-pattern.ts';
import type { Session } from './session.ts';

/**
 * Clients that are parts of a server or of its administration, by the name that each gives its sessions: `postgres_fdw` since
 * 9.3 (contrib/postgres_fdw/connection.c, fallback_application_name), dblink none by itself, repmgr, pg_cron and logical
 * replication their own. How many sessions they have is no choice of an application.
 */
export const SERVER_PROGRAMS: readonly string[] = [
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
