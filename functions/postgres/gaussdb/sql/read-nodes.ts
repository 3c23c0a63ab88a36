/**
 * The names of the cluster's nodes. Connections that they open for the cluster have one as application name. A statement of
 * its own, because an ordinary role may not be allowed to read it.
 * Reads: pgxc_node. Needs: no privilege, as far as is known.
 */
export const READ_NODES = `SELECT n.node_name::pg_catalog.text AS name FROM pg_catalog.pgxc_node n`;
