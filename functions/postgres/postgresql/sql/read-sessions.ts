import { firstBytes, nameBytes } from './as-bytes.ts';
import { sqlMilliseconds } from './milliseconds.ts';

/** An event after the statement's start has age 0. */
const age = (column: string): string =>
  `CASE WHEN ${column} OPERATOR(pg_catalog.>) pg_catalog.now() THEN 0::pg_catalog.float8
            ELSE ${sqlMilliseconds(`pg_catalog.now() OPERATOR(pg_catalog.-) ${column}`)} END`;

/**
 * Every row of the activity view, including background processes. Timestamps come as text, because the guard compares them
 * to the microsecond. Ages are measured by the clock of this statement: a state change after its start has age 0, and an
 * event that never happened has no age (`greatest` would turn null into 0). Which session waits for which is read with the
 * contested locks. The older of a transaction's id and its snapshot is what vacuum has to wait for. Names and statements are bytes, in ASCII with escapes; application names are ASCII.
 * Reads: pg_stat_activity, pg_roles. Needs: pg_read_all_stats, or most columns of other roles' rows are null.
 */
export const READ_SESSIONS = `
SELECT a.pid, a.backend_start::pg_catalog.text AS "backendStart", a.backend_type AS "backendType",
       ${nameBytes('a.usename')} AS "user", ${nameBytes('a.datname')} AS "database",
       coalesce(a.application_name, ''::pg_catalog.text) AS application,
       CASE WHEN a.client_addr IS NOT NULL THEN pg_catalog.host(a.client_addr)
            WHEN a.client_port OPERATOR(pg_catalog.=) -1 THEN 'local'::pg_catalog.text
            ELSE ''::pg_catalog.text END AS address,
       a.state, a.state_change::pg_catalog.text AS "stateChange",
       ${age('a.state_change')} AS "stateAgeMs",
       ${age('a.xact_start')} AS "transactionAgeMs",
       ${age('a.query_start')} AS "queryAgeMs",
       greatest(pg_catalog.age(a.backend_xid), pg_catalog.age(a.backend_xmin)) AS "horizonAge",
       a.wait_event AS "waitEvent",
       coalesce(a.wait_event_type OPERATOR(pg_catalog.=) 'Lock'::pg_catalog.text, false) AS "waitsForLock",
       CASE WHEN a.backend_type OPERATOR(pg_catalog.=) 'parallel worker'::pg_catalog.text THEN a.leader_pid END AS "leaderPid",
       r.rolsuper AS superuser, ${firstBytes('a.query', 1_024)} AS "lastStatement"
FROM pg_catalog.pg_stat_activity a LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.usesysid
ORDER BY a.pid`;
