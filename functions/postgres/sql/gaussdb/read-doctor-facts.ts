/**
 * What our own role is; who may read the roles' passwords administers the system.
 * Reads: pg_roles. Needs: no privilege.
 */
export const READ_DOCTOR_ROLE = `
SELECT r.rolname AS name, nullif(r.rolconnlimit, -1) AS "connectionLimit",
       CASE WHEN isfinite(r.rolvaliduntil)
            THEN floor(extract(epoch FROM r.rolvaliduntil - now()) * 1000) END::float8 AS "passwordLeftMs",
       has_table_privilege('pg_authid'::text, 'SELECT'::text) AS "isAdministrator", current_database()::text AS database
FROM pg_roles r WHERE r.rolname = current_user`;

/** Reads: nothing. Needs: no privilege. An error where there is no such role. */
export const READ_SIGNAL_RIGHT = `SELECT pg_has_role('gs_role_signal_backend'::name, 'USAGE'::text) AS usable`;

/** Reads: pg_settings. Needs: no privilege. */
export const READ_DOCTOR_SETTINGS = `
SELECT s.name, s.setting AS value FROM pg_settings s WHERE s.name = ANY($1::text[])`;
