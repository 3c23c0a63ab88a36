/**
 * Ends sessions, each only if it is unchanged since the snapshot: same process, same state, no statement since. `no-match`
 * means that it changed, left, or is no client: the server would let an ordinary role end a walsender.
 *
 * Each check copies the state of all sessions, and the server keeps that copy for the rest of the statement: 32 µs at 500
 * sessions, 64 µs at 1,500. A session that becomes busy after the copy is not seen to be busy, so every victim has a copy
 * of its own. Only with 2,000 sessions or more does that cost too much. There the first copy of the statement (`first`)
 * serves for as long as five copies take, at most 3 ms, and at most a thousandth of the time for which the victim has been
 * at rest. The statement itself takes both the number of sessions and the length of a copy from the server. After that time
 * each victim has a copy of its own again. A server with fewer than 2,000 slots is not asked for the number.
 *
 * What a process waits for is no part of the copy: the server reads it at each check. An idle session waits for its client,
 * so one that does not is at work again, however old the copy is.
 *
 * A copy is freed after each check, and glibc would give its memory back to the system and fetch it again: up to 40 page
 * faults a check, 750 a statement at 1,900 sessions, and they took longer than the copying. glibc keeps up to twice the
 * size of the largest block that was freed. So the first statement of a session ($5) makes a string of spaces, longer than
 * any part of a copy, and frees it. With another C library this does nothing.
 *
 * It is autocommitted, because in a transaction all copies would be as old as the first. It has no timeout argument, which
 * would sleep 100 ms per session. The function is not in WHERE, where the planner may call it first. If it fails for one
 * victim, the rows of those before have been sent.
 * Reads: pg_stat_get_activity, pg_stat_get_backend_idset. Needs: pg_signal_backend, pg_read_all_stats, and to call
 * pg_terminate_backend and pg_stat_clear_snapshot, which a hardened server may have revoked from PUBLIC.
 */
export const TERMINATE_SESSIONS = `
WITH first AS MATERIALIZED (
  SELECT b.began,
    least('3 ms'::pg_catalog.interval, (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) b.began)
      OPERATOR(pg_catalog.*) 5::pg_catalog.float8) AS lasts
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
      WHEN $5::pg_catalog.bool AND (
        SELECT pg_catalog.octet_length(pg_catalog.bpchar(''::pg_catalog.bpchar, least(16000000::pg_catalog.int8,
          (pg_catalog.current_setting('max_connections'::pg_catalog.text)::pg_catalog.int8 OPERATOR(pg_catalog.+) 64::pg_catalog.int8)
          OPERATOR(pg_catalog.*) pg_catalog.pg_size_bytes(pg_catalog.current_setting('track_activity_query_size'::pg_catalog.text))
          OPERATOR(pg_catalog.*) 3::pg_catalog.int8 OPERATOR(pg_catalog./) 2::pg_catalog.int8)::pg_catalog.int4, true))
      ) IS NULL THEN NULL
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
    AND (s.wait_event_type OPERATOR(pg_catalog.=) 'Client'::pg_catalog.text
      OR NOT pg_catalog.starts_with(v.state, 'idle'::pg_catalog.text))
) a ON true`;
