/**
 * Slots, and how many sessions there are: their activity hides other roles' rows altogether from a role that may not
 * read them, so that only this number tells. The administrators' reserve comes on top of max_connections.
 * Reads: pg_settings, pg_database. Needs: no privilege.
 */
export const READ_SETTINGS = `
SELECT now()::text AS "takenAt", version() AS product,
       max(CASE WHEN s.name = 'max_connections' THEN s.setting::int END) AS connections,
       coalesce(max(CASE WHEN s.name = 'sysadmin_reserved_connections' THEN s.setting::int END), 0) AS reserved,
       coalesce(max(CASE WHEN s.name = 'max_wal_senders' THEN s.setting::int END), 0) AS "walSenders",
       max(CASE WHEN s.name = 'pgxc_node_name' THEN s.setting END) AS coordinator,
       (SELECT sum(pg_stat_get_db_numbackends(d.oid)) FROM pg_database d)::int AS backends
FROM pg_settings s
WHERE s.name IN ('max_connections', 'sysadmin_reserved_connections', 'max_wal_senders', 'pgxc_node_name')`;
