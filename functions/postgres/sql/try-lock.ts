/** The key is "pghr" in ASCII. */
export const LOCKED = 'pg_catalog.pg_try_advisory_lock(1885825138::pg_catalog.int8) AS locked';

/**
 * One run per server: a session advisory lock of the maintenance database, free again when our session ends, and
 * available on read replicas too.
 * Reads: nothing. Needs: no privilege.
 */
export const TRY_LOCK = `SELECT ${LOCKED}`;
