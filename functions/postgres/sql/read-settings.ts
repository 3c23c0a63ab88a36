/**
 * Slots, reserves, what our role may see, and who runs the server: providers leave a role of theirs, and Aurora a function.
 * `reserved_connections` came with 16.
 * Reads: settings, pg_roles, pg_proc. Needs: no privilege.
 */
export const READ_SETTINGS = `
SELECT pg_catalog.now()::text AS "takenAt",
       pg_catalog.pg_backend_pid() AS "ownPid",
       pg_catalog.current_setting('server_version') AS version,
       CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_proc f WHERE f.proname = 'aurora_version') THEN 'aurora'
            WHEN pg_catalog.to_regrole('rds_superuser') IS NOT NULL THEN 'rds'
            WHEN pg_catalog.to_regrole('azure_pg_admin') IS NOT NULL THEN 'azure'
            WHEN pg_catalog.to_regrole('cloudsqlsuperuser') IS NOT NULL THEN 'google' END AS provider,
       pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS "readsAllStats",
       pg_catalog.current_setting('max_connections')::int AS max,
       pg_catalog.current_setting('superuser_reserved_connections')::int AS "superuserReserved",
       CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 160000
            THEN pg_catalog.current_setting('reserved_connections')::int ELSE 0 END AS reserved,
       pg_catalog.current_setting('max_wal_senders')::int AS "walSenders"`;
