/**
 * What the settings in $1 are for a new session; our own session has changed some for itself.
 * Reads: pg_settings. Needs: no privilege, none of them is hidden.
 */
export const READ_DOCTOR_SETTINGS = `
SELECT s.name, s.reset_val AS value, s.context, s.pending_restart AS "pendingRestart"
FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) ANY($1::pg_catalog.text[])`;

/**
 * Where roles and databases have one of the settings in $1 for themselves.
 * Reads: pg_db_role_setting, pg_roles, pg_database. Needs: no privilege.
 */
export const READ_DOCTOR_OVERRIDES = `
SELECT split.parts[1] AS setting, split.parts[2] AS value, r.rolname AS role, d.datname AS database
FROM pg_catalog.pg_db_role_setting s
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS entry
CROSS JOIN LATERAL pg_catalog.regexp_match(entry, '^([^=]*)=(.*)$'::pg_catalog.text) AS split(parts)
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) s.setrole
LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase
WHERE split.parts[1] OPERATOR(pg_catalog.=) ANY($1::pg_catalog.text[])
ORDER BY 1, 3, 4`;
