import { nameMatcher } from './name-pattern.ts';
import type { Session } from './session.ts';

/**
 * Names that poolers give their own sessions with a server. Any client can choose such a name, so it spares
 * no session: within each rung such sessions only go last. Supavisor sets `Supavisor` (supabase/supavisor,
 * DbHandler), PgDog `PgDog` (pgdogdev/pgdog, its server parameters), pgcat `pgcat` until a client sends its
 * own (postgresml/pgcat, ServerParameters), pgagroal `pgagroal` for sessions of its own (agroal/pgagroal).
 * Odyssey sets none unless a rule of its configuration does (yandex/odyssey issue 1516).
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
 * Roles under which poolers ask the server for passwords (`auth_query`). Operators and providers create them:
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

/** Whether the session's name says that a pooler opened it. */
export function isNamedAsPooler({ application, user }: Pick<Session, 'application' | 'user'>): boolean {
  return isPoolerApplication(application) || isPoolerRole(user ?? '');
}
