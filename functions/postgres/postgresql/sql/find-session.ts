/**
 * Whether a session of our own role is still there. Reads: pg_stat_activity. Needs: no privilege for our own rows.
 */
export const FIND_SESSION = `
SELECT pid FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4
AND usename OPERATOR(pg_catalog.=) current_user`;
