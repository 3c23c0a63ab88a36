/**
 * The database that we connect to, unless told otherwise: our own, which `role-sql` makes. Nobody else can connect to it, and so
 * nobody can create, set, own or lock anything there. `postgres` is possible too.
 */
export const DEFAULT_DATABASE = 'headroom';
