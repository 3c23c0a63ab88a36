import { firstBytes, nameBytes } from '../../postgresql/sql/as-bytes.ts';
import { sqlMilliseconds } from '../../postgresql/sql/milliseconds.ts';

/** An event after the statement's start has age 0. */
const age = (column: string): string =>
  `CASE WHEN ${column} OPERATOR(pg_catalog.>) pg_catalog.now() THEN 0::pg_catalog.float8
            ELSE ${sqlMilliseconds(`pg_catalog.now() OPERATOR(pg_catalog.-) ${column}`)} END`;

/**
 * The activity view. All its rows have a database and a role. Ids come as text, because they have 64 bits. `sessionid`
 * identifies a session in a thread pool: without a thread its pid is 0. Our own session is marked by this statement,
 * because our next one may run in another thread. The server's own threads have neither address nor port. A role that may
 * read the roles' passwords is a system administrator: pg_roles shows an ordinary role only itself.
 * Reads: pg_stat_activity. Needs: MONADMIN (openGauss, GaussDB) or gs_role_read_all_stats (GaussDB(DWS)), or other roles'
 * rows are missing.
 */
export const readSessions = (hasSessionIds: boolean): string => `
SELECT a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AS "isOwn",
       a.pid::pg_catalog.text AS pid,
       ${hasSessionIds ? 'a.sessionid::pg_catalog.text' : 'NULL::pg_catalog.text'} AS "sessionId",
       a.backend_start::pg_catalog.text AS "backendStart",
       CASE WHEN a.state IS NULL AND a.query OPERATOR(pg_catalog.=) '<insufficient privilege>'::pg_catalog.text THEN NULL
            WHEN a.client_addr IS NULL AND a.client_port IS NULL THEN 'inner thread'::pg_catalog.text
            ELSE 'client backend'::pg_catalog.text END AS "backendType",
       ${nameBytes('a.usename')} AS "user", ${nameBytes('a.datname')} AS "database", a.application_name AS application,
       CASE WHEN a.client_addr IS NOT NULL THEN pg_catalog.host(a.client_addr)
            WHEN a.client_port OPERATOR(pg_catalog.=) -1 THEN 'local'::pg_catalog.text END AS address,
       a.state, a.state_change::pg_catalog.text AS "stateChange",
       ${age('a.state_change')} AS "stateAgeMs",
       ${age('a.xact_start')} AS "transactionAgeMs",
       ${age('a.query_start')} AS "queryAgeMs",
       CASE WHEN a.waiting THEN 'lock'::pg_catalog.text END AS "waitEvent",
       pg_catalog.has_table_privilege(a.usesysid, 'pg_catalog.pg_authid'::pg_catalog.text, 'SELECT'::pg_catalog.text)
         AS superuser,
       ${firstBytes('a.query', 1_024)} AS "lastStatement"
FROM pg_catalog.pg_stat_activity a`;
