import { sqlMilliseconds } from './milliseconds.ts';

/**
 * Locks that sessions wait for. Each is one row with its holders, and with its waiters in the order in which they began to
 * wait. `pg_blocking_pids` would return the same as pairs of sessions, whose number grows with the square of the queue. A
 * holder without a pid is a prepared transaction. Predicate locks (`SIReadLock`) block no session and are left out. The
 * longest wait tells when a row went to its present holder. Every name has its schema.
 * Reads: pg_locks. Needs: no privilege.
 */
export const READ_CONTESTED_LOCKS = `
WITH l AS MATERIALIZED (
  SELECT k.pid, k.locktype, k.mode, k.granted, k.waitstart,
         ROW(k.locktype, k.database, k.relation, k.page, k.tuple, k.virtualxid, k.transactionid,
             k.classid, k.objid, k.objsubid)::pg_catalog.text AS key
  FROM pg_catalog.pg_locks k WHERE k.mode OPERATOR(pg_catalog.<>) 'SIReadLock'::pg_catalog.text)
SELECT l.locktype AS kind,
       pg_catalog.array_agg(l.pid) FILTER (WHERE l.granted) AS "holderPids",
       pg_catalog.array_agg(l.mode) FILTER (WHERE l.granted) AS "holderModes",
       pg_catalog.array_agg(l.pid ORDER BY l.waitstart, l.pid) FILTER (WHERE NOT l.granted) AS "waiterPids",
       pg_catalog.array_agg(l.mode ORDER BY l.waitstart, l.pid) FILTER (WHERE NOT l.granted) AS "waiterModes",
       ${sqlMilliseconds('pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.min(l.waitstart)')} AS "waitedMs"
FROM l WHERE l.key OPERATOR(pg_catalog.=) ANY (SELECT w.key FROM l w WHERE NOT w.granted)
GROUP BY l.key, l.locktype ORDER BY l.key`;
