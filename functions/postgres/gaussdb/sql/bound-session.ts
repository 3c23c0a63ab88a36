/**
 * Sets path and bounds of our session on GaussDB: statement timeout in $1, idle timeout in $2, both with their unit,
 * because GaussDB's timeouts count seconds where PostgreSQL's count milliseconds. Only settings that this server has and
 * that we may change are set. `session_timeout` takes the place of `idle_session_timeout`, lock waits cannot be bounded by
 * us, and most settings newer than PostgreSQL 9.2 are missing. It runs before the path is known to be ours, so every name
 * has its schema and every operand its exact type.
 * Reads: pg_settings. Needs: no privilege.
 */
export const BOUND_SESSION = `
SELECT pg_catalog.set_config(b.name, b.value, false) AS bound
FROM (SELECT 'search_path'::pg_catalog.text AS name, 'pg_catalog, pg_temp'::pg_catalog.text AS value
      UNION ALL SELECT 'client_encoding'::pg_catalog.text, 'SQL_ASCII'::pg_catalog.text
      UNION ALL SELECT 'DateStyle'::pg_catalog.text, 'ISO, YMD'::pg_catalog.text
      UNION ALL SELECT 'TimeZone'::pg_catalog.text, 'UTC'::pg_catalog.text
      UNION ALL SELECT 'default_transaction_isolation'::pg_catalog.text, 'read committed'::pg_catalog.text
      UNION ALL SELECT 'statement_timeout'::pg_catalog.text, $1::pg_catalog.text
      UNION ALL SELECT 'session_timeout'::pg_catalog.text, $2::pg_catalog.text
      UNION ALL SELECT 'idle_in_transaction_session_timeout'::pg_catalog.text, $2::pg_catalog.text
      UNION ALL SELECT 'tcp_keepalives_idle'::pg_catalog.text, '5'::pg_catalog.text
      UNION ALL SELECT 'tcp_keepalives_interval'::pg_catalog.text, '2'::pg_catalog.text
      UNION ALL SELECT 'tcp_keepalives_count'::pg_catalog.text, '3'::pg_catalog.text) b
JOIN pg_catalog.pg_settings s
  ON s.name OPERATOR(pg_catalog.=) b.name AND s.context OPERATOR(pg_catalog.=) 'user'::pg_catalog.text`;

/**
 * Reads whether path and bound are ours, and what this server has. openGauss and GaussDB give each session an id of its
 * own, GaussDB(DWS) does not. A distributed server has a view of all its coordinators.
 * Reads: pg_attribute, pg_class. Needs: no privilege.
 */
export const READ_TRAITS = `
SELECT pg_catalog.current_setting('search_path'::pg_catalog.text) AS path,
       pg_catalog.current_setting('statement_timeout'::pg_catalog.text) AS "statementTimeout",
       EXISTS (SELECT 1 FROM pg_catalog.pg_attribute t
               WHERE t.attrelid OPERATOR(pg_catalog.=) 'pg_catalog.pg_stat_activity'::pg_catalog.regclass::pg_catalog.oid
                 AND t.attname OPERATOR(pg_catalog.=) 'sessionid'::pg_catalog.name) AS "hasSessionIds",
       EXISTS (SELECT 1 FROM pg_catalog.pg_class c
               WHERE c.relname OPERATOR(pg_catalog.=) 'pgxc_stat_activity'::pg_catalog.name
                 AND c.relnamespace OPERATOR(pg_catalog.=) 11::pg_catalog.oid) AS "hasCoordinators"`;
