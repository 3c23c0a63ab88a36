/**
 * Ends sessions, each if it still is what the snapshot saw: same process, same state, no statement since. `no-match` means
 * that it changed or left, or is no client: the server would end an ordinary role's walsender for us.
 *
 * A look copies the state of all sessions, which the server keeps for the rest of the statement: 32 µs at 500 sessions,
 * 64 µs at 1,500. A session that becomes busy after the look is not seen to be busy, so every victim has a look of its own.
 * Only where 2,000 sessions or more are open does that cost too much: there the first look of the statement (`first`)
 * serves for as long as ten such looks take, for 3 ms at most, and for a thousandth of the victim's rest at most. Both the
 * number of sessions and the length of a look are taken from the server in this very statement. After that time each
 * victim has a look of its own again. A server that has fewer slots than 2,000 is not even asked for the number.
 *
 * Autocommitted: in a transaction all looks would be as old as the first. No timeout argument: it sleeps 100 ms per session.
 * The function stays out of WHERE, where the planner may call it first; where it fails, the rows of those before have been
 * sent.
 * Reads: pg_stat_get_activity, pg_stat_get_backend_idset. Needs: pg_signal_backend, pg_read_all_stats, and to call
 * pg_terminate_backend and pg_stat_clear_snapshot, which a hardened server may have taken from PUBLIC.
 */
export const TERMINATE_SESSIONS = `
WITH first AS MATERIALIZED (
  SELECT b.began,
    least('3 ms'::pg_catalog.interval, (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) b.began)
      OPERATOR(pg_catalog.*) 10::pg_catalog.float8) AS lasts
  FROM (SELECT pg_catalog.clock_timestamp() AS began) b
  CROSS JOIN LATERAL pg_catalog.pg_stat_get_activity(
    CASE WHEN b.began IS NOT NULL THEN pg_catalog.pg_backend_pid() END) s
)
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
      WHEN pg_catalog.current_setting('max_connections'::pg_catalog.text)::pg_catalog.int4 OPERATOR(pg_catalog.>=) 2000
        AND pg_catalog.clock_timestamp() OPERATOR(pg_catalog.<) (
          SELECT f.began OPERATOR(pg_catalog.+) least(f.lasts, (f.began OPERATOR(pg_catalog.-) v.state_change)
            OPERATOR(pg_catalog./) 1000::pg_catalog.float8)
          FROM first f
        )
        AND (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_backend_idset() i)
          OPERATOR(pg_catalog.>=) 2000::pg_catalog.int8 THEN v.pid
      WHEN pg_catalog.pg_stat_clear_snapshot() IS NOT NULL THEN v.pid
    END
  ) s
  WHERE s.backend_type OPERATOR(pg_catalog.=) 'client backend'::pg_catalog.text
    AND s.backend_start OPERATOR(pg_catalog.=) v.backend_start
    AND s.state OPERATOR(pg_catalog.=) v.state AND s.state_change OPERATOR(pg_catalog.=) v.state_change
) a ON true`;
