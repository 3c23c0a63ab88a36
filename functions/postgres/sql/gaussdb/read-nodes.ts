/**
 * The names of the cluster's nodes: connections that they open for the cluster come under one. On its own, for an ordinary
 * role may not be allowed to look.
 * Reads: pgxc_node. Needs: no privilege, as far as is known.
 */
export const READ_NODES = `SELECT n.node_name::text AS name FROM pgxc_node n`;
