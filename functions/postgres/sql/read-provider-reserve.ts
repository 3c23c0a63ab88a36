/**
 * Slots that RDS reserves for its own, `rds_superuser` up to 15 and its administrators in later minors of all versions; 0
 * where nobody has such settings. On its own, for a provider may keep them from an ordinary role, which is an error.
 * Reads: settings. Needs: no privilege, as far as is known.
 */
export const READ_PROVIDER_RESERVE = `
SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::int < 160000
            THEN coalesce(nullif(pg_catalog.current_setting('rds.rds_superuser_reserved_connections', true), ''), '0')::int
            ELSE 0 END
         + coalesce(nullif(pg_catalog.current_setting('rds.rds_reserved_connections', true), ''), '0')::int
         AS "providerReserved"`;
