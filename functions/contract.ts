/**
 * Names on which two worlds must agree: the constructs that set them at deploy time and the code that reads them at run
 * time. This file imports nothing. The settings of a server, with the variables of `remediate`, are a table of their own:
 * functions/core/declaration/server-settings.ts.
 */

/** Environment of the `report` function. */
export const REPORT_ENV = {
  /** ARN of the topic that people subscribe to. */
  topic: 'HEADROOM_TOPIC',
  /** ARN of the topic that chat rooms subscribe to; optional. */
  chat: 'HEADROOM_CHAT_TOPIC',
  /** The bucket in which records of runs are kept; optional: without it nothing but the message is left of a run. */
  bucket: 'HEADROOM_BUCKET',
  /** The memory's table, as `remediate` has it; optional: without it nothing is remembered between runs. */
  table: 'HEADROOM_TABLE',
} as const;

/** In the folder of `remediate`'s bundle: the unexpired RDS roots, `<region>.pem` for each region. */
export const RDS_ROOTS_FOLDER = 'rds-ca';
/** Where the Lambda runtime keeps Amazon's certificate authorities, RDS among them. */
export const RUNTIME_CA_FILE = '/var/runtime/ca-cert.pem';

export const METRIC_NAMESPACE = 'PgHeadroom';
/** Counted by the metric filter on the server's log: clients that were turned away. */
export const REFUSALS_METRIC = 'Refusals';

/** How many metrics a server's runs are worth: `docs/operate/metrics.md` lists them and what they cost. */
export const METRICS_CHOICES = ['none', 'few', 'all'] as const;
export type MetricsChoice = (typeof METRICS_CHOICES)[number];

/** Metrics that `report` sends for one server, with the dimension `SERVER_DIMENSION`. */
export const SERVER_METRICS = {
  /** 1 when a run leaves pressure, or its own failure, to a human; 0 when it looked and does not. */
  unresolved: 'Unresolved',
  /** At the first look of the run. */
  usedSlots: 'UsedSlots',
  usableSlots: 'UsableSlots',
  /** Sent only when it is not 0. */
  terminated: 'Terminated',
  /** 1 for each run while runs are paused, whether or not there was anything to do; never 0. */
  paused: 'Paused',
  /** 1 for each run that ended without a record; never 0. */
  failedRuns: 'FailedRuns',
  /** 1 for each event that waited too long to be run; never 0. */
  expiredEvents: 'ExpiredEvents',
  /** Sessions that the plan chose, whether or not they were terminated. */
  chosen: 'Chosen',
  /** Sessions in slots that the plan left alone. */
  spared: 'Spared',
  /** Freed slots that went to newcomers of the groups which had lost them. */
  retaken: 'Retaken',
  connectTries: 'ConnectTries',
  durationMs: 'Duration',
} as const;
export const SERVER_DIMENSION = 'server';

/** Metrics about ourselves, once per account and region, with the dimension `service`; each sent only when it happens. */
export const OWN_METRICS = {
  recordsNotKept: 'RecordsNotKept',
  memoryUnreadable: 'MemoryUnreadable',
  /** 1 for each part of a report that failed or took too long, and was left out. */
  reportsCutShort: 'ReportsCutShort',
} as const;
export const SERVICE_NAME = 'pg-headroom';

/** Where records are in their bucket: what the function may write begins with it. */
export const RECORDS_PREFIX = 'records/';

/**
 * The wordings of SQLSTATE 53300 in server logs, openGauss and pgpool among the servers; case counts. The default
 * `log_line_prefix` of RDS has no SQLSTATE, so text it is; "too many clients" alone would miss what ordinary roles get,
 * which is the fourth one. The last two are the SQLSTATE where RDS's other prefix and csvlog have it, for servers in other languages.
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

/** Bundled functions, relative to the project: one folder each, `index.mjs` exporting `handler`. */
export const BUNDLES = { remediate: 'dist/remediate', report: 'dist/report' } as const;
export const HANDLER = 'index.handler';
/** Beside the handler of `report`: the thread in which it works on records. */
export const REPORT_WORKER = 'worker';

/** Seconds `remediate` may take: connecting under fire 20, the work 25, settling 5, and room to return. */
export const REMEDIATE_TIMEOUT_SECONDS = 60;
export const REPORT_TIMEOUT_SECONDS = 30;

const FUNCTION_NAME_PREFIX = 'pg-headroom-';

/** The name of a server's `remediate` function. */
export function functionNameOf(server: string): string {
  return `${FUNCTION_NAME_PREFIX}${server}`;
}
