/**
 * Our session's own bounds on GaussDB: statement timeout in $1, idle in $2, both with their unit, for its timeouts count
 * seconds where PostgreSQL's count milliseconds. Only settings that this server has and that we may change are touched:
 * `session_timeout` stands for `idle_session_timeout`, lock waits cannot be bounded by us, and what is newer than
 * PostgreSQL 9.2 is mostly missing. The other statements name nothing with its schema, so that an emulation can be put
 * before the catalog: where nobody did that, the search_path shrinks to the catalog, and nobody can put something
 * between. Types are written out here, for the function that fits exactly is the catalog's.
 * Reads: pg_settings. Needs: no privilege.
 */
export const BOUND_SESSION = `
SELECT set_config(b.name, b.value, false) AS bound
FROM (SELECT 'search_path'::text AS name,
             CASE WHEN (current_schemas(true))[1] = 'pg_catalog'::name THEN 'pg_catalog'::text
                  ELSE current_setting('search_path'::text) END AS value
      UNION ALL SELECT 'DateStyle'::text, 'ISO, YMD'::text
      UNION ALL SELECT 'TimeZone'::text, 'UTC'::text
      UNION ALL SELECT 'statement_timeout'::text, $1::text
      UNION ALL SELECT 'session_timeout'::text, $2::text
      UNION ALL SELECT 'idle_in_transaction_session_timeout'::text, $2::text
      UNION ALL SELECT 'tcp_keepalives_idle'::text, '5'::text
      UNION ALL SELECT 'tcp_keepalives_interval'::text, '2'::text
      UNION ALL SELECT 'tcp_keepalives_count'::text, '3'::text) b
JOIN pg_settings s ON s.name = b.name AND s.context = 'user'`;

/**
 * What this server has: openGauss and GaussDB give each session an id of its own, GaussDB(DWS) does not; a distributed
 * server has a view of all its coordinators.
 * Reads: pg_attribute, pg_class. Needs: no privilege.
 */
export const READ_TRAITS = `
SELECT EXISTS (SELECT 1 FROM pg_attribute t
               WHERE t.attrelid = 'pg_stat_activity'::regclass AND t.attname = 'sessionid') AS "hasSessionIds",
       EXISTS (SELECT 1 FROM pg_class c
               WHERE c.relname = 'pgxc_stat_activity' AND pg_table_is_visible(c.oid)) AS "hasCoordinators"`;
