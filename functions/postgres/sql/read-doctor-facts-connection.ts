/**
 * How we came in, and who runs the server: providers leave a role of theirs, and Aurora a function.
 * Reads: pg_stat_ssl, pg_roles, pg_proc. Needs: no privilege for our own row.
 */
export const READ_DOCTOR_CONNECTION = `
SELECT pg_catalog.current_database() AS database,
       coalesce(NOT (pg_catalog.inet_client_addr() <<= '127.0.0.0/8' OR pg_catalog.inet_client_addr() <<= '::1'), false)
         AS "crossesNetwork",
       (SELECT pg_catalog.concat_ws(', ', s.version, s.cipher) FROM pg_catalog.pg_stat_ssl s
        WHERE s.pid = pg_catalog.pg_backend_pid() AND s.ssl) AS tls,
       pg_catalog.pg_is_in_recovery() AS "isReplica",
       CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_proc f WHERE f.proname = 'aurora_version') THEN 'aurora'
            WHEN pg_catalog.to_regrole('rds_superuser') IS NOT NULL THEN 'rds'
            WHEN pg_catalog.to_regrole('azure_pg_admin') IS NOT NULL THEN 'azure'
            WHEN pg_catalog.to_regrole('cloudsqlsuperuser') IS NOT NULL THEN 'google' END AS provider`;
