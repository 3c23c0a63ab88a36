/**
 * The activity view, whose rows all have a database and a role. Ids travel as text: they have 64 bits. A session in a
 * thread pool is told by its `sessionid`, for without a thread its pid is 0; our own is asked for here, for our next
 * statement may run in another thread. The server's own threads have neither address nor port. Who may read the roles'
 * passwords administers the system: pg_roles shows an ordinary role no other role but itself.
 * Reads: pg_stat_activity. Needs: MONADMIN (openGauss, GaussDB) or gs_role_read_all_stats (GaussDB(DWS)), or
 * other roles' rows are missing.
 */
export const readSessions = (hasSessionIds: boolean): string => `
SELECT a.pid = pg_backend_pid() AS "isOwn",
       a.pid::text AS pid, ${hasSessionIds ? 'a.sessionid::text' : 'NULL::text'} AS "sessionId",
       a.backend_start::text AS "backendStart",
       CASE WHEN a.state IS NULL AND a.query = '<insufficient privilege>' THEN NULL
            WHEN a.client_addr IS NULL AND a.client_port IS NULL THEN 'inner thread'
            ELSE 'client backend' END AS "backendType",
       a.usename AS "user", a.datname AS "database", a.application_name AS application,
       CASE WHEN a.client_addr IS NOT NULL THEN host(a.client_addr)
            WHEN a.client_port = -1 THEN 'local' END AS address,
       a.state, a.state_change::text AS "stateChange",
       CASE WHEN a.state_change > now() THEN 0
            ELSE floor(extract(epoch FROM now() - a.state_change) * 1000) END::float8 AS "stateAgeMs",
       CASE WHEN a.xact_start > now() THEN 0
            ELSE floor(extract(epoch FROM now() - a.xact_start) * 1000) END::float8 AS "transactionAgeMs",
       CASE WHEN a.query_start > now() THEN 0
            ELSE floor(extract(epoch FROM now() - a.query_start) * 1000) END::float8 AS "queryAgeMs",
       CASE WHEN a.waiting THEN 'lock' END AS "waitEvent",
       has_table_privilege(a.usesysid, 'pg_authid'::text, 'SELECT'::text) AS superuser,
       substr(a.query, 1, 1024) AS "lastStatement"
FROM pg_stat_activity a`;
