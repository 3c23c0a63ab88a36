/**
 * Names on which two worlds must agree: the constructs that set them at deploy time and the code that reads them at run
 * time. This file imports nothing.
 */

/** Environment of the `remediate` function; one function per server. */
export const REMEDIATE_ENV = {
  /** What people call the server; part of every message. */
  server: 'HEADROOM_SERVER',
  /** The instance's own endpoint: a cluster, reader or proxy name may answer from another server. */
  host: 'HEADROOM_HOST',
  /** Default 5432. */
  port: 'HEADROOM_PORT',
  /** The maintenance database, default `postgres`: advisory locks are per database. */
  database: 'HEADROOM_DATABASE',
  /** ARN or name of the secret with user name and password; this or `user`. */
  secret: 'HEADROOM_SECRET',
  /** The role that authenticates by IAM, without a secret. */
  user: 'HEADROOM_USER',
  /** The policy as JSON. */
  policy: 'HEADROOM_POLICY',
  /** `verify` (default) or `off`; off is for loopback and for networks that somebody vouches for. */
  tls: 'HEADROOM_TLS',
  /** File with the certificate authorities to trust, PEM; default is the region's RDS roots, or else the runtime's file. */
  caFile: 'HEADROOM_CA_FILE',
} as const;

/** Environment of the `report` function. */
export const REPORT_ENV = {
  /** ARN of the topic that people subscribe to. */
  topic: 'HEADROOM_TOPIC',
} as const;

/** In the folder of `remediate`'s bundle: the unexpired RDS roots, `<region>.pem` for each region. */
export const RDS_ROOTS_FOLDER = 'rds-ca';
/** Where the Lambda runtime keeps Amazon's certificate authorities, RDS among them. */
export const RUNTIME_CA_FILE = '/var/runtime/ca-cert.pem';

export const METRIC_NAMESPACE = 'PgHeadroom';
/** Counted by the metric filter on the server's log: clients that were turned away. */
export const REFUSALS_METRIC = 'Refusals';

/**
 * The wordings of SQLSTATE 53300 in server logs. The default `log_line_prefix` of RDS has no SQLSTATE, so text it is;
 * "too many clients" alone would miss what ordinary roles get, which is the second one.
 */
export const REFUSAL_PHRASES = [
  'sorry, too many clients already',
  'remaining connection slots are reserved',
  'too many connections for',
  'number of requested standby connections exceeds',
] as const;

/** Bundled functions, relative to the project: one folder each, `index.mjs` exporting `handler`. */
export const BUNDLES = { remediate: 'dist/remediate', report: 'dist/report' } as const;
export const HANDLER = 'index.handler';

/** Seconds `remediate` may take: connecting under fire 20, the work 25, settling 5, and room to return. */
export const REMEDIATE_TIMEOUT_SECONDS = 60;
export const REPORT_TIMEOUT_SECONDS = 30;

const FUNCTION_NAME_PREFIX = 'pg-headroom-';

/** The name of a server's `remediate` function. */
export function functionNameOf(server: string): string {
  return `${FUNCTION_NAME_PREFIX}${server}`;
}
