/**
 * Sessions with temporary tables in the connected database. The number in the schema's name is the backend's number, which
 * maps to a pid from 16 on. Before 16 that mapping names the wrong session once numbers have gaps.
 * Reads: pg_namespace, pg_class. Needs: no privilege. Since: PostgreSQL 16.
 */
export const READ_TEMPORARY_TABLES = `
SELECT pg_catalog.pg_stat_get_backend_pid(
         pg_catalog."substring"(n.nspname::pg_catalog.text, 9)::pg_catalog.int4) AS pid
FROM pg_catalog.pg_namespace n
WHERE n.nspname OPERATOR(pg_catalog.~) '^pg_temp_[0-9]+$'::pg_catalog.text
  AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid)`;
