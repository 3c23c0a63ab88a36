/**
 * Ends sessions, each if it still is what the snapshot saw: same process, same state, no statement since. `no-match` means
 * that it changed or left, or is no client: the server would end an ordinary role's walsender for us.
 *
 * The first look of a statement copies the state of all sessions, 0.1 µs for each, and later looks see the copy. To copy it
 * for each victim takes a full server more than to signal it, so victims share a look: one after the other, in the array's
 * order, and each for a thousandth of its rest, and for 10 ms at most. In a thousandth of its rest one in a thousand wakes
 * up, and 10 ms are for those who all wake at the full hour. After that there is a new look for each. In a busy pool, where
 * rests are short, that is everybody.
 *
 * Autocommitted: in a transaction all looks would be as old as the first. No timeout argument: it sleeps 100 ms per session.
 * The function stays out of WHERE, where the planner may call it first; where it fails, the rows of those before have been
 * sent.
 * Reads: pg_stat_get_activity. Needs: pg_signal_backend, pg_read_all_stats, and to call pg_terminate_backend and
 * pg_stat_clear_snapshot, which a hardened server may have taken from PUBLIC.
 */
export const TERMINATE_SESSIONS = `
SELECT v.at::pg_catalog.int4 AS at,
  CASE WHEN pg_catalog.pg_terminate_backend(a.pid) THEN 'signalled'::pg_catalog.text
       ELSE 'no-match'::pg_catalog.text END AS result
FROM ROWS FROM (
  pg_catalog.unnest($1::pg_catalog.int4[]), pg_catalog.unnest($2::pg_catalog.timestamptz[]),
  pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.timestamptz[])
) WITH ORDINALITY AS v (pid, backend_start, state, state_change, at)
LEFT JOIN LATERAL (
  SELECT s.pid
  FROM pg_catalog.pg_stat_get_activity(
    CASE
      WHEN pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.statement_timestamp()
        OPERATOR(pg_catalog.<) least('10 ms'::pg_catalog.interval,
          (pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) v.state_change)
            OPERATOR(pg_catalog./) 1000::pg_catalog.float8) THEN v.pid
      WHEN pg_catalog.pg_stat_clear_snapshot() IS NOT NULL THEN v.pid
    END
  ) s
  WHERE s.backend_type OPERATOR(pg_catalog.=) 'client backend'::pg_catalog.text
    AND s.backend_start OPERATOR(pg_catalog.=) v.backend_start
    AND s.state OPERATOR(pg_catalog.=) v.state AND s.state_change OPERATOR(pg_catalog.=) v.state_change
) a ON true`;
