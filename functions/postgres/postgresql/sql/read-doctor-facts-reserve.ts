import { nameBytes } from './as-bytes.ts';

/**
 * Other login roles that may take reserved slots: superusers, and from 16 on roles with the privileges of
 * `pg_use_reserved_connections`, with the role that was granted them.
 * Reads: pg_roles, pg_auth_members. Needs: no privilege.
 */
export const READ_DOCTOR_RESERVE_USERS = `
SELECT ${nameBytes('r.rolname')} AS name, r.rolsuper AS superuser,
       CASE WHEN r.rolconnlimit OPERATOR(pg_catalog.>=) 0 THEN r.rolconnlimit END AS "connectionLimit",
       CASE WHEN NOT r.rolsuper THEN
         (SELECT ${nameBytes('g.rolname')} FROM pg_catalog.pg_auth_members m
          JOIN pg_catalog.pg_roles g ON g.oid OPERATOR(pg_catalog.=) m.member
          WHERE m.roleid OPERATOR(pg_catalog.=) p.oid AND pg_catalog.pg_has_role(r.oid, g.oid, 'USAGE'::pg_catalog.text)
          ORDER BY g.oid OPERATOR(pg_catalog.<>) r.oid, g.rolname LIMIT 1) END AS via
FROM pg_catalog.pg_roles r
LEFT JOIN pg_catalog.pg_roles p ON p.rolname OPERATOR(pg_catalog.=) 'pg_use_reserved_connections'::pg_catalog.name
WHERE r.rolcanlogin AND r.rolname OPERATOR(pg_catalog.<>) current_user
  AND (r.rolsuper OR pg_catalog.pg_has_role(r.oid, p.oid, 'USAGE'::pg_catalog.text))
ORDER BY r.rolname`;
