import { sqlMilliseconds } from '../../postgresql/sql/milliseconds.ts';

/**
 * Attributes of our own role. A role that may read the roles' passwords is a system administrator. Reads: pg_roles. Needs:
 * no privilege.
 */
export const READ_DOCTOR_ROLE = `
SELECT r.rolname AS name,
       CASE WHEN r.rolconnlimit OPERATOR(pg_catalog.>=) 0 THEN r.rolconnlimit END AS "connectionLimit",
       CASE WHEN pg_catalog.isfinite(r.rolvaliduntil)
            THEN ${sqlMilliseconds('r.rolvaliduntil OPERATOR(pg_catalog.-) pg_catalog.now()')} END AS "passwordLeftMs",
       pg_catalog.has_table_privilege('pg_catalog.pg_authid'::pg_catalog.text, 'SELECT'::pg_catalog.text)
         AS "isAdministrator",
       pg_catalog.current_database()::pg_catalog.text AS database
FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user::pg_catalog.name`;

/** Whether our role may end sessions; an error where there is no such role. Reads: nothing. Needs: no privilege. */
export const READ_SIGNAL_RIGHT = `
SELECT pg_catalog.pg_has_role('gs_role_signal_backend'::pg_catalog.name, 'USAGE'::pg_catalog.text) AS usable`;

/** Reads: pg_settings. Needs: no privilege. */
export const READ_DOCTOR_SETTINGS = `
SELECT s.name, s.setting AS value FROM pg_catalog.pg_settings s
WHERE s.name OPERATOR(pg_catalog.=) ANY($1::pg_catalog.text[])`;
