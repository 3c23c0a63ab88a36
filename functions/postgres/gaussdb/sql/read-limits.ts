import { nameBytes } from '../../postgresql/sql/as-bytes.ts';

/**
 * Limits of single roles and databases. Only the role itself and roles that administer others see a role's limit: pg_roles
 * hides it from the rest.
 * Reads: pg_roles, pg_database. Needs: no privilege.
 */
export const READ_LIMITS = `
SELECT 'role'::pg_catalog.text AS kind, ${nameBytes('r.rolname')} AS name, r.rolconnlimit AS "limit"
FROM pg_catalog.pg_roles r WHERE r.rolconnlimit OPERATOR(pg_catalog.>) 0 AND r.rolcanlogin
UNION ALL
SELECT 'database'::pg_catalog.text, ${nameBytes('d.datname')}, d.datconnlimit FROM pg_catalog.pg_database d
WHERE d.datconnlimit OPERATOR(pg_catalog.>) 0`;
