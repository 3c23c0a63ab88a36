/**
 * The names of the cluster's nodes: connections that they open for the cluster come under one. On its own, for an ordinary
 * role may not be allowed to look.
 * Reads: pgxc_node. Needs: no privilege, as far as is known.
 */
export const READ_NODES = `SELECT n.node_name::pg_catalog.text AS name FROM pg_catalog.pgxc_node n`;
