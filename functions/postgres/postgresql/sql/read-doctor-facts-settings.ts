import { escaped, nameBytes, textBytes } from './as-bytes.ts';

/**
 * The values of the settings in $1 for a new session. Our own session has changed some for itself, and settings of its
 * startup packet show here too, so the doctor sends none of these.
 * Reads: pg_settings. Needs: no privilege, none of them is hidden.
 */
export const READ_DOCTOR_SETTINGS = `
SELECT s.name, ${textBytes("coalesce(s.reset_val, ''::pg_catalog.text)")} AS value, s.context, s.pending_restart AS "pendingRestart"
FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) ANY($1::pg_catalog.text[])`;

/**
 * Roles and databases with their own value for one of the settings in $1. An entry is `name=value` in the encoding of the
 * database where it was set. It is split as bytes, because a pattern would look for characters.
 * Reads: pg_db_role_setting, pg_roles, pg_database. Needs: no privilege.
 */
export const READ_DOCTOR_OVERRIDES = `
SELECT named.setting, ${escaped('pg_catalog.substr(split.entry, split.at OPERATOR(pg_catalog.+) 1)')} AS value,
       ${nameBytes('r.rolname')} AS role, ${nameBytes('d.datname')} AS database
FROM pg_catalog.pg_db_role_setting s
CROSS JOIN LATERAL (
  SELECT e.entry, pg_catalog."position"(e.entry, '='::pg_catalog.bytea) AS at
  FROM (SELECT pg_catalog.textsend(u.entry) AS entry FROM pg_catalog.unnest(s.setconfig) AS u(entry)) e) split
CROSS JOIN LATERAL (
  SELECT ${escaped('pg_catalog.substr(split.entry, 1, split.at OPERATOR(pg_catalog.-) 1)')} AS setting) named
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) s.setrole
LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase
WHERE named.setting OPERATOR(pg_catalog.=) ANY($1::pg_catalog.text[])
ORDER BY 1, 3, 4`;
