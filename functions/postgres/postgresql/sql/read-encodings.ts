import { nameBytes } from './as-bytes.ts';

/**
 * The encoding of each database, in which the statements of its sessions are stored. Reads: pg_database. Needs: no
 * privilege.
 */
export const READ_ENCODINGS = `
SELECT ${nameBytes('d.datname')} AS database, pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text AS encoding
FROM pg_catalog.pg_database d`;
