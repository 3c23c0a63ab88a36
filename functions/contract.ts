/**
 * Names that deploy time and run time share: constructs set them, and code reads them. This file imports nothing. The
 * variables of `remediate` are in a table of their own: functions/core/declaration/server-settings.ts.
 */

/** Environment of the `report` function. */
export const REPORT_ENV = {
  /** ARN of the topic that people subscribe to. */
  topic: 'HEADROOM_TOPIC',
  /** ARN of the topic that chat rooms subscribe to; optional. */
  chat: 'HEADROOM_CHAT_TOPIC',
  /** The bucket that keeps records of runs. Optional: without it only the message is left of a run. */
  bucket: 'HEADROOM_BUCKET',
  /** The memory's table, the same as for `remediate`. Optional: without it nothing is remembered between runs. */
  table: 'HEADROOM_TABLE',
} as const;

/**
 * A folder in the bundle of `remediate`: the RDS roots that have not expired, one file `<region>.pem` for each region.
 */
export const RDS_ROOTS_FOLDER = 'rds-ca';
/** The file in which the Lambda runtime keeps Amazon's certificate authorities, including those of RDS. */
export const RUNTIME_CA_FILE = '/var/runtime/ca-cert.pem';

export const METRIC_NAMESPACE = 'PgHeadroom';
/** Clients that the server refused, counted by the metric filter on its log. */
export const REFUSALS_METRIC = 'Refusals';

/** Which metrics are sent for the runs of a server. `docs/operate/metrics.md` lists them with their cost. */
export const METRICS_CHOICES = ['none', 'few', 'all'] as const;
export type MetricsChoice = (typeof METRICS_CHOICES)[number];

/** Metrics that `report` sends for one server, with the dimension `SERVER_DIMENSION`. */
export const SERVER_METRICS = {
  /** 1 when a run leaves pressure, or its own failure, to a person; 0 when it looked and leaves nothing. */
  unresolved: 'Unresolved',
  /** Slots in use at the first reading of the run. */
  usedSlots: 'UsedSlots',
  usableSlots: 'UsableSlots',
  /** Sent only when it is not 0. */
  terminated: 'Terminated',
  /** 1 for each run while runs are paused, with or without work to do; never 0. */
  paused: 'Paused',
  /** 1 for each run that ended without a record; never 0. */
  failedRuns: 'FailedRuns',
  /** 1 for each event that waited too long and was not run; never 0. */
  expiredEvents: 'ExpiredEvents',
  /** Sessions that the plan chose, terminated or not. */
  chosen: 'Chosen',
  /** Sessions in slots that the plan spared. */
  spared: 'Spared',
  /** Freed slots that newcomers of the same programs took again. */
  retaken: 'Retaken',
  connectTries: 'ConnectTries',
  durationMs: 'Duration',
} as const;
export const SERVER_DIMENSION = 'server';

/**
 * Metrics about pg-headroom itself, one per account and region, with the dimension `service`. Each is sent only when it
 * happens.
 */
export const OWN_METRICS = {
  recordsNotKept: 'RecordsNotKept',
  memoryUnreadable: 'MemoryUnreadable',
  /** 1 for each part of a report that failed or took too long, and was left out. */
  reportsCutShort: 'ReportsCutShort',
} as const;
export const SERVICE_NAME = 'pg-headroom';

/** The prefix of records in their bucket. `report` may write below it and below the next one. */
export const RECORDS_PREFIX = 'records/';
/** The prefix of the indexes of incidents, which have a retention of their own. `report` may read them too. */
export const INDEX_PREFIX = 'index/';
/** An index has the incidents of so many days. */
export const INDEX_DAYS = 400;

/**
 * Texts by which a server log shows SQLSTATE 53300: of PostgreSQL, openGauss and pgpool. Upper and lower case differ. The
 * default `log_line_prefix` of RDS has no SQLSTATE, so the text has to tell. Ordinary roles get the fourth text, so "too
 * many clients" alone would miss them. The last two are the SQLSTATE as RDS's other prefix and csvlog write it, for servers
 * that log in another language.
 */
export const REFUSAL_PHRASES = [
  'too many clients already',
  'Too many clients already',
  'Already too many clients',
  'remaining connection slots are reserved',
  'too many connections for',
  'number of requested standby connections exceeds',
  ':53300:',
  ',53300,',
] as const;

/** The tag by which the owner of a database opts in: `observe`, `enforce` or `off`. IAM compares its value too. */
export const OPT_IN_TAG = 'pg-headroom';
/** The tag that names a policy of the organisation. */
export const POLICY_TAG = 'pg-headroom:policy';

/** Bundled functions, relative to the project: one folder each, `index.mjs` exporting `handler`. */
export const BUNDLES = { remediate: 'dist/remediate', report: 'dist/report' } as const;
export const HANDLER = 'index.handler';
/** The file beside the handler of `report` with the worker thread that works on records. */
export const REPORT_WORKER = 'worker';

/**
 * Seconds that `remediate` may take: 20 to connect to a full server, 25 to work, 5 to settle, and the rest to return.
 */
export const REMEDIATE_TIMEOUT_SECONDS = 60;
export const REPORT_TIMEOUT_SECONDS = 30;

const FUNCTION_NAME_PREFIX = 'pg-headroom-';

/** The name of a server's `remediate` function. */
export function functionNameOf(server: string): string {
  return `${FUNCTION_NAME_PREFIX}${server}`;
}
