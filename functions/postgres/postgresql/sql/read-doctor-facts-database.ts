import { escaped, nameBytes } from './as-bytes.ts';

/** Whether a role administers the server: a superuser, or with a provider its highest role. */
const administers = (role: string): string => `EXISTS (SELECT FROM pg_catalog.pg_roles g
        WHERE (g.oid OPERATOR(pg_catalog.=) ${role} AND g.rolsuper)
           OR (g.rolname OPERATOR(pg_catalog.=) ANY('{rds_superuser,azure_pg_admin,cloudsqlsuperuser}'::pg_catalog.name[])
               AND pg_catalog.pg_has_role(${role}, g.oid, 'MEMBER'::pg_catalog.text)))`;

/**
 * Rights in the connected database of roles other than ours that do not administer the server: its owner, and the roles
 * that may connect, create schemas, or create in the schema public. A null role is PUBLIC.
 * Reads: pg_database, pg_namespace, pg_roles. Needs: no privilege.
 */
export const READ_DOCTOR_OPENINGS = `
SELECT o.right, ${nameBytes('r.rolname')} AS role
FROM (
 SELECT 'OWNER'::pg_catalog.text AS right, d.datdba AS role FROM pg_catalog.pg_database d
 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
 UNION ALL
 SELECT a.privilege_type, a.grantee FROM pg_catalog.pg_database d,
  LATERAL pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d'::pg_catalog."char", d.datdba))) a
 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
   AND a.privilege_type OPERATOR(pg_catalog.=) ANY('{CONNECT,CREATE}'::pg_catalog.text[])
 UNION ALL
 SELECT 'CREATE IN public'::pg_catalog.text, a.grantee FROM pg_catalog.pg_namespace n,
  LATERAL pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n'::pg_catalog."char", n.nspowner))) a
 WHERE n.nspname OPERATOR(pg_catalog.=) 'public'::pg_catalog.name
   AND a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'::pg_catalog.text
) o LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) o.role
WHERE o.role OPERATOR(pg_catalog.=) 0::pg_catalog.oid
   OR (r.rolname OPERATOR(pg_catalog.<>) current_user
       AND r.rolname OPERATOR(pg_catalog.<>) 'pg_database_owner'::pg_catalog.name
       AND NOT ${administers('r.oid')})
ORDER BY 1, 2`;

/**
 * Names of settings that our sessions would get from the connected database or from our role. An entry is `name=value` in
 * any encoding, so it is split as bytes.
 * Reads: pg_db_role_setting, pg_roles, pg_database. Needs: no privilege.
 */
export const READ_DOCTOR_OWN_SETTINGS = `
SELECT CASE WHEN s.setrole OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'database'::pg_catalog.text
            ELSE 'role'::pg_catalog.text END AS of,
       s.setdatabase OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AS "inDatabase",
       ${escaped('pg_catalog.substr(u.entry, 1, pg_catalog."position"(u.entry, \'=\'::pg_catalog.bytea) OPERATOR(pg_catalog.-) 1)')} AS name
FROM pg_catalog.pg_db_role_setting s
CROSS JOIN LATERAL (SELECT pg_catalog.textsend(e) AS entry FROM pg_catalog.unnest(s.setconfig) e) u
WHERE (s.setrole OPERATOR(pg_catalog.=) 0::pg_catalog.oid
       OR s.setrole OPERATOR(pg_catalog.=) (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user))
  AND (s.setdatabase OPERATOR(pg_catalog.=) 0::pg_catalog.oid
       OR s.setdatabase OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d
                                                WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))
ORDER BY 1, 3`;
