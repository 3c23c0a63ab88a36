/** A setting as a number, 0 where it is missing or empty. */
const numberIn = (setting: string): string =>
  `CASE WHEN pg_catalog.current_setting('${setting}'::pg_catalog.text, true) OPERATOR(pg_catalog.<>) ''::pg_catalog.text
             THEN pg_catalog.current_setting('${setting}'::pg_catalog.text, true)::pg_catalog.int4 ELSE 0 END`;

/**
 * Slots that RDS reserves for itself: for `rds_superuser` up to 15, and for its administrators in later minors of all
 * versions. 0 where there are no such settings. A statement of its own, because a provider may deny these settings to an
 * ordinary role, which is an error.
 * Reads: settings. Needs: no privilege, as far as is known.
 */
export const READ_PROVIDER_RESERVE = `
SELECT CASE WHEN pg_catalog.current_setting('server_version_num'::pg_catalog.text)::pg_catalog.int4
                 OPERATOR(pg_catalog.<) 160000
            THEN ${numberIn('rds.rds_superuser_reserved_connections')}
            ELSE 0 END
       OPERATOR(pg_catalog.+) ${numberIn('rds.rds_reserved_connections')}
         AS "providerReserved"`;
