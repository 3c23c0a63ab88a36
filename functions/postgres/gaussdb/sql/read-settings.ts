const numberIn = (setting: string): string =>
  `pg_catalog.max(CASE WHEN s.name OPERATOR(pg_catalog.=) '${setting}'::pg_catalog.text
                           THEN s.setting::pg_catalog.int4 END)`;

/**
 * Slots, and the number of sessions. The activity view hides the rows of other roles completely from a role that may not
 * read them, so only this number shows that they exist. The administrators' reserve comes on top of max_connections.
 * Reads: pg_settings, pg_database. Needs: no privilege.
 */
export const READ_SETTINGS = `
SELECT pg_catalog.now()::pg_catalog.text AS "takenAt", pg_catalog.version() AS product,
       ${numberIn('max_connections')} AS connections,
       coalesce(${numberIn('sysadmin_reserved_connections')}, 0) AS reserved,
       coalesce(${numberIn('max_wal_senders')}, 0) AS "walSenders",
       pg_catalog.max(CASE WHEN s.name OPERATOR(pg_catalog.=) 'pgxc_node_name'::pg_catalog.text THEN s.setting END)
         AS coordinator,
       (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_db_numbackends(d.oid)) FROM pg_catalog.pg_database d)
         ::pg_catalog.int4 AS backends
FROM pg_catalog.pg_settings s
WHERE s.name OPERATOR(pg_catalog.=) ANY('{max_connections,sysadmin_reserved_connections,max_wal_senders,pgxc_node_name}'
  ::pg_catalog.text[])`;
