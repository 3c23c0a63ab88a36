/**
 * Servers that speak PostgreSQL's protocol and differ where our statements would be wrong: they have other
 * views of sessions, other ways to end one, or slots on several nodes. They are refused, never half supported.
 *
 * Aurora Limitless is known by its databases only, so it is refused with the snapshot (read-snapshot.ts).
 *
 * Citus and Neon are not among them, because each of their servers is a PostgreSQL with slots, sessions and
 * signals of its own. A coordinator or worker of Citus is declared as one server each; what the coordinators
 * open on workers is spared by name (`citus_internal gpid=*`). On Neon's pooled address a PgBouncer answers.
 */
type ForeignServer = {
  readonly name: string;
  /** A parameter that it reports at login, or null. */
  readonly parameter: string | null;
  /** Its mark in what `version()` answers, or null. */
  readonly version: RegExp | null;
  /** Why our statements do not hold. */
  readonly why: string;
  /** Public documents or sources of the sign. */
  readonly source: string;
};

export const FOREIGN_SERVERS: readonly ForeignServer[] = [
  {
    name: 'CockroachDB',
    parameter: 'crdb_version',
    version: /^CockroachDB\b/,
    why: 'its sessions are ended by CANCEL SESSION, and it has no slots of processes',
    source: 'cockroachdb/cockroach pull request 14145',
  },
  {
    name: 'YugabyteDB',
    parameter: null,
    version: /^PostgreSQL [\d.]+-YB-/,
    why: 'each node counts its own slots, and its connection manager shares sessions among clients',
    source: 'yugabyte/yugabyte-db issue 5154',
  },
  {
    name: 'Amazon Redshift',
    parameter: 'padb_version',
    version: /\bRedshift \d/,
    why: 'its sessions are in other views (STV_SESSIONS), and its version of PostgreSQL is 8.0',
    source: 'docs.aws.amazon.com/redshift/latest/dg/r_VERSION.html, lib/pq conn.go',
  },
  {
    name: 'Greenplum',
    parameter: null,
    version: /\((?:Greenplum|Cloudberry|Apache Cloudberry) Database\b/,
    why: 'a session of its coordinator has processes on all segments, whose slots are counted there',
    source: 'cloudberrydb/cloudberrydb gp_metadata.sql (regression tests)',
  },
];

/** The foreign server that reports these parameters or answers this to `version()`; null for all others. */
export function foreignServer(
  reported: ReadonlyMap<string, string>,
  product: string | null,
): ForeignServer | null {
  return (
    FOREIGN_SERVERS.find(
      ({ parameter, version }) =>
        (parameter !== null && reported.has(parameter)) ||
        (product !== null && version?.test(product) === true),
    ) ?? null
  );
}
