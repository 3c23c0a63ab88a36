/**
 * Other login roles that get into reserved slots: superusers, and from 16 on those with the privileges of
 * `pg_use_reserved_connections`, with the role that was granted them.
 * Reads: pg_roles, pg_auth_members. Needs: no privilege.
 */
export const READ_DOCTOR_RESERVE_USERS = `
SELECT r.rolname AS name, r.rolsuper AS superuser, nullif(r.rolconnlimit, -1) AS "connectionLimit",
       CASE WHEN NOT r.rolsuper THEN
         (SELECT g.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.member
          WHERE m.roleid = p.oid AND pg_catalog.pg_has_role(r.oid, g.oid, 'USAGE')
          ORDER BY g.oid <> r.oid, g.rolname LIMIT 1) END AS via
FROM pg_catalog.pg_roles r
LEFT JOIN pg_catalog.pg_roles p ON p.rolname = 'pg_use_reserved_connections'
WHERE r.rolcanlogin AND r.rolname <> current_user AND (r.rolsuper OR pg_catalog.pg_has_role(r.oid, p.oid, 'USAGE'))
ORDER BY r.rolname`;
