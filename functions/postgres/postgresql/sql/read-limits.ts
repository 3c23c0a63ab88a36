import { nameBytes } from './as-bytes.ts';

/**
 * Limits of single roles and databases that have sessions. They refuse with 53300 as well. Only those with sessions are
 * read, because a server may have 20,000 roles with a limit. Superusers are exempt from theirs.
 * Reads: pg_roles, pg_database, the activity view's function. Needs: no privilege.
 */
export const READ_LIMITS = `
WITH a AS MATERIALIZED (SELECT s.usesysid, s.datid FROM pg_catalog.pg_stat_get_activity(NULL::pg_catalog.int4) s)
SELECT 'role'::pg_catalog.text AS kind, ${nameBytes('r.rolname')} AS name, r.rolconnlimit AS "limit"
FROM pg_catalog.pg_roles r
WHERE r.rolconnlimit OPERATOR(pg_catalog.>) 0 AND NOT r.rolsuper AND r.rolcanlogin
  AND EXISTS (SELECT FROM a WHERE a.usesysid OPERATOR(pg_catalog.=) r.oid)
UNION ALL
SELECT 'database'::pg_catalog.text, ${nameBytes('d.datname')}, d.datconnlimit FROM pg_catalog.pg_database d
WHERE d.datconnlimit OPERATOR(pg_catalog.>) 0 AND EXISTS (SELECT FROM a WHERE a.datid OPERATOR(pg_catalog.=) d.oid)
ORDER BY 1, 2`;
