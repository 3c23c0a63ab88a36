import { nameBytes } from './as-bytes.ts';
import { sqlMilliseconds } from './milliseconds.ts';

/**
 * Attributes of our own role. `pg_has_role` tells privileges from mere membership: a member that does not inherit has no
 * privileges. Reads: pg_roles. Needs: no privilege.
 */
export const READ_DOCTOR_ROLE = `
SELECT ${nameBytes('r.rolname')} AS name, r.rolsuper AS "SUPERUSER", r.rolreplication AS "REPLICATION", r.rolcreaterole AS "CREATEROLE",
       r.rolcreatedb AS "CREATEDB", r.rolbypassrls AS "BYPASSRLS",
       CASE WHEN r.rolconnlimit OPERATOR(pg_catalog.>=) 0 THEN r.rolconnlimit END AS "connectionLimit",
       CASE WHEN pg_catalog.isfinite(r.rolvaliduntil)
            THEN ${sqlMilliseconds('r.rolvaliduntil OPERATOR(pg_catalog.-) pg_catalog.now()')} END AS "passwordLeftMs",
       ARRAY(SELECT f FROM pg_catalog.unnest(
               '{"pg_terminate_backend(integer, bigint)","pg_stat_clear_snapshot()"}'::pg_catalog.text[]) f
             WHERE NOT pg_catalog.has_function_privilege(
               pg_catalog.concat('pg_catalog.'::pg_catalog.text, f), 'EXECUTE'::pg_catalog.text)) AS "notCallable"
FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user`;

/**
 * For each role in $1 that exists, whether our role is a member and has its privileges. Reads: pg_roles. Needs: no
 * privilege.
 */
export const READ_DOCTOR_GRANTS = `
SELECT g.rolname AS name, pg_catalog.pg_has_role(g.oid, 'USAGE'::pg_catalog.text) AS usable,
       pg_catalog.pg_has_role(g.oid, 'MEMBER'::pg_catalog.text) AS member
FROM pg_catalog.pg_roles g WHERE g.rolname OPERATOR(pg_catalog.=) ANY($1::pg_catalog.name[])`;
