/**
 * What our own role is. `pg_has_role` tells privileges from mere membership: a member that does not inherit has none.
 * Reads: pg_roles. Needs: no privilege.
 */
export const READ_DOCTOR_ROLE = `
SELECT r.rolname AS name, r.rolsuper AS "SUPERUSER", r.rolreplication AS "REPLICATION", r.rolcreaterole AS "CREATEROLE",
       r.rolcreatedb AS "CREATEDB", r.rolbypassrls AS "BYPASSRLS", nullif(r.rolconnlimit, -1) AS "connectionLimit",
       CASE WHEN pg_catalog.isfinite(r.rolvaliduntil)
            THEN pg_catalog.floor(extract(epoch FROM r.rolvaliduntil - pg_catalog.now()) * 1000) END::float8 AS "passwordLeftMs",
       ARRAY(SELECT f FROM pg_catalog.unnest('{"pg_terminate_backend(integer, bigint)","pg_stat_clear_snapshot()"}'::text[]) f
             WHERE NOT pg_catalog.has_function_privilege('pg_catalog.' || f, 'EXECUTE')) AS "notCallable"
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

/**
 * Of the roles in $1 that exist, what our role has of them.
 * Reads: pg_roles. Needs: no privilege.
 */
export const READ_DOCTOR_GRANTS = `
SELECT g.rolname AS name, pg_catalog.pg_has_role(g.oid, 'USAGE') AS usable, pg_catalog.pg_has_role(g.oid, 'MEMBER') AS member
FROM pg_catalog.pg_roles g WHERE g.rolname = ANY($1::text[])`;
