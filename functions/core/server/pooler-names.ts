import { nameMatcher } from './name-pattern.ts';
import type { Session } from './session.ts';

/**
 * Names that poolers give their own sessions with a server. A name is any client's choice, so it spares no session: it says
 * only that in each rung others go first.
 * Supavisor sets `Supavisor` (supabase/supavisor, DbHandler), PgDog `PgDog` (pgdogdev/pgdog, its server parameters), pgcat
 * `pgcat` until a client sends its own (postgresml/pgcat, ServerParameters), pgagroal `pgagroal` for sessions of its own
 * (agroal/pgagroal), Odyssey none unless a rule of its configuration does (yandex/odyssey issue 1516).
 */
export const POOLER_APPLICATIONS: readonly string[] = [
  'Supavisor*',
  'supavisor*',
  'pgcat*',
  'PgCat*',
  'odyssey*',
  'Odyssey*',
  'PgDog*',
  'pgdog*',
  'pgagroal*',
];

/**
 * Roles under which poolers ask the server for passwords (`auth_query`), as operators and providers make them:
 * CloudNativePG's Pooler, Crunchy's PGO, Supabase.
 */
export const POOLER_ROLES: readonly string[] = [
  'cnpg_pooler_pgbouncer',
  '_crunchypgbouncer',
  'supavisor*',
  'pgcat*',
];

const isPoolerApplication = nameMatcher(POOLER_APPLICATIONS);
const isPoolerRole = nameMatcher(POOLER_ROLES);

/** Whether its name says that it is a pooler's. */
export function isNamedAsPooler({ application, user }: Pick<Session, 'application' | 'user'>): boolean {
  return isPoolerApplication(application) || isPoolerRole(user ?? '');
}
