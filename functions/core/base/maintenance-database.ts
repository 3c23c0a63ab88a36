/**
 * The database that we connect to unless the configuration names another. `role-sql` creates it, and only our
 * role can connect to it: other roles can create, set, own or lock nothing there. `postgres` is possible too.
 */
export const DEFAULT_DATABASE = 'headroom';
