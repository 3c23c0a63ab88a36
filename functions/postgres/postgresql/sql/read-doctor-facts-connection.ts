import { nameBytes } from './as-bytes.ts';

/**
 * How we are connected, the encoding of names in our database, and whether this is a read replica. Reads: pg_stat_ssl.
 * Needs: no privilege for our own row.
 */
export const READ_DOCTOR_CONNECTION = `
SELECT ${nameBytes('pg_catalog.current_database()')} AS database,
       pg_catalog.current_setting('server_encoding'::pg_catalog.text) AS encoding,
       coalesce(NOT (pg_catalog.inet_client_addr() OPERATOR(pg_catalog.<<=) '127.0.0.0/8'::pg_catalog.inet
                     OR pg_catalog.inet_client_addr() OPERATOR(pg_catalog.<<=) '::1'::pg_catalog.inet), false)
         AS "crossesNetwork",
       (SELECT pg_catalog.concat_ws(', '::pg_catalog.text, s.version, s.cipher) FROM pg_catalog.pg_stat_ssl s
        WHERE s.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND s.ssl) AS tls,
       pg_catalog.pg_is_in_recovery() AS "isReplica"`;
