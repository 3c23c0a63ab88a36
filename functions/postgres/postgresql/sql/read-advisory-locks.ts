/** Sessions that hold session or transaction advisory locks, in all databases. Reads: pg_locks. Needs: no privilege. */
export const READ_ADVISORY_LOCKS = `
SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l
WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory'::pg_catalog.text AND l.granted AND l.pid IS NOT NULL`;
