const numberIn = (setting: string): string =>
  `pg_catalog.current_setting('${setting}'::pg_catalog.text)::pg_catalog.int4`;

/**
 * Slots, reserves, what our role may see, whether this is a read replica, and which provider runs the server. A provider
 * shows by its own role, and Aurora by a function of the first superuser (10), which an ordinary role cannot imitate.
 * `reserved_connections` exists since 16. Every Aurora Limitless has the database `postgres_limitless`.
 * Reads: settings, pg_roles, pg_proc, pg_database. Needs: no privilege.
 */
export const READ_SETTINGS = `
SELECT pg_catalog.now()::pg_catalog.text AS "takenAt",
       pg_catalog.pg_backend_pid() AS "ownPid",
       pg_catalog.current_setting('server_version'::pg_catalog.text) AS version,
       CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_proc f
                         WHERE f.proname OPERATOR(pg_catalog.=) 'aurora_version'::pg_catalog.name
                           AND f.proowner OPERATOR(pg_catalog.=) 10::pg_catalog.oid)
            THEN 'aurora'::pg_catalog.text
            WHEN pg_catalog.to_regrole('rds_superuser'::pg_catalog.text) IS NOT NULL THEN 'rds'::pg_catalog.text
            WHEN pg_catalog.to_regrole('azure_pg_admin'::pg_catalog.text) IS NOT NULL THEN 'azure'::pg_catalog.text
            WHEN pg_catalog.to_regrole('cloudsqlsuperuser'::pg_catalog.text) IS NOT NULL
            THEN 'google'::pg_catalog.text END AS provider,
       EXISTS (SELECT FROM pg_catalog.pg_database d
               WHERE d.datname OPERATOR(pg_catalog.=) 'postgres_limitless'::pg_catalog.name) AS "hasLimitless",
       pg_catalog.pg_has_role('pg_read_all_stats'::pg_catalog.name, 'USAGE'::pg_catalog.text) AS "readsAllStats",
       pg_catalog.pg_is_in_recovery() AS "isReplica",
       ${numberIn('max_connections')} AS max,
       ${numberIn('superuser_reserved_connections')} AS "superuserReserved",
       CASE WHEN ${numberIn('server_version_num')} OPERATOR(pg_catalog.>=) 160000
            THEN ${numberIn('reserved_connections')} ELSE 0 END AS reserved,
       ${numberIn('max_wal_senders')} AS "walSenders"`;
