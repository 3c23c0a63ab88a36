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
  /** Receivers beyond AWS, as JSON; optional. Their keys stay in Secrets Manager. */
  receivers: 'HEADROOM_RECEIVERS',
} as const;

/** Receivers of messages beyond AWS. `report` sends to them over HTTPS. */
export const RECEIVER_KINDS = ['pagerDuty', 'opsgenie', 'teams', 'webhook'] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

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
  /** 1 for each run while people are warned that the server fills up; never 0. */
  warned: 'Warned',
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
/** An index has the incidents of this number of days. */
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
/** The same for a fleet. Until they are built, templates name them by this path. */
export const FLEET_BUNDLES = {
  dispatch: 'dist/fleet-dispatch',
  intake: 'dist/fleet-intake',
  triggers: 'dist/fleet-triggers',
  remediate: 'dist/fleet-remediate',
  report: 'dist/fleet-report',
  summaries: 'dist/fleet-summaries',
  digest: 'dist/fleet-digest',
  enrol: 'dist/fleet-enrol',
} as const;
export const HANDLER = 'index.handler';
/** The file beside the handler of `report` with the worker thread that works on records. */
export const REPORT_WORKER = 'worker';

/**
 * Seconds that `remediate` may take: 20 to connect to a full server, 25 to work, 5 to settle, and the rest to return.
 */
export const REMEDIATE_TIMEOUT_SECONDS = 60;
/**
 * A run needs some 130 MB at 5,000 sessions. More memory buys a larger share of a CPU: a cold function frees slots in half
 * the time that it takes with 512 MB, for a cent a month. A whole CPU (1,769 MB) costs more and brings less (npm run bench
 * -- share). It runs on arm64, which costs a fifth less per second; nothing in the bundle is compiled.
 */
export const REMEDIATE_MEMORY_MB = 1_024;
export const REPORT_TIMEOUT_SECONDS = 30;
/**
 * Runs at a time with a log subscription, unless the declaration says otherwise. Each run knows the refused tries of the
 * run before it, so that their lines start none.
 */
export const SUBSCRIPTION_CONCURRENCY = 1;

const FUNCTION_NAME_PREFIX = 'pg-headroom-';

/** The name of a server's `remediate` function. */
export function functionNameOf(server: string): string {
  return `${FUNCTION_NAME_PREFIX}${server}`;
}

/** The tables of a cell: names that the templates of each network know without an import. */
export const FLEET_TABLES = {
  /** Which databases there are and what was decided about each; written by the dispatcher. */
  registry: 'pg-headroom-registry',
  /** What is remembered of each database; written by `report`. */
  memory: 'pg-headroom-memory',
  /** Periods and tokens that were taken once. */
  claims: 'pg-headroom-claims',
  /** Records of runs that are not quiet, on their way to `report`. */
  outbox: 'pg-headroom-outbox',
} as const;
/** The sparse index of the memory: databases with failures, an open incident or little room. */
export const ATTENTION_INDEX = 'attention';
/** The attribute of all tables by which DynamoDB deletes items, in seconds since the epoch. */
export const EXPIRY_ATTRIBUTE = 'expiresAt';

/** The functions of a cell that know no network. */
export const FLEET_FUNCTIONS = {
  dispatch: 'pg-headroom-fleet-dispatch',
  intake: 'pg-headroom-fleet-intake',
  triggers: 'pg-headroom-fleet-triggers',
  report: 'pg-headroom-fleet-report',
} as const;

/** The functions of the hub: one keeps what cells say of themselves, the other makes the digest of it. */
export const HUB_FUNCTIONS = {
  summaries: 'pg-headroom-fleet-summaries',
  digest: 'pg-headroom-fleet-digest',
} as const;
/** The organisation's bus, and the events on it. */
export const BUS_NAME = 'pg-headroom';
export const BUS_EVENTS = { source: 'pg-headroom', message: 'message', summary: 'summary' } as const;

/** The function that makes the runs of one VPC. */
export function fleetRemediateName(vpc: string): string {
  return `pg-headroom-fleet-remediate-${vpc}`;
}

/** The role as which the function of one VPC logs in. No other role of a cell may. */
export function fleetLoginRole(vpc: string): string {
  return `pg-headroom-fleet-login-${vpc}`;
}

/** The function that enrols the databases of one VPC, while its stack is deployed. */
export function fleetEnrolName(vpc: string): string {
  return `pg-headroom-fleet-enrol-${vpc}`;
}

/** The tag, with the value `yes`, of secrets that the enrolment may read. */
export const ENROL_TAG = 'pg-headroom:enrol';

/** The policy that `headroom fleet stop` attaches to the login roles. Names of IAM are those of all regions. */
export function fleetStopPolicy(region: string): string {
  return `pg-headroom-fleet-stop-${region}`;
}

/** The role of people who look after the cells of all accounts from one of them. */
export function fleetOperatorRole(region: string): string {
  return `pg-headroom-fleet-operator-${region}`;
}

/** Environment of the functions of a cell. Each has only what it uses; `report` has REPORT_ENV too. */
export const FLEET_ENV = {
  registry: 'HEADROOM_REGISTRY',
  memory: 'HEADROOM_MEMORY',
  claims: 'HEADROOM_CLAIMS',
  outbox: 'HEADROOM_OUTBOX',
  /** The VPC of a `remediate` function. */
  vpc: 'HEADROOM_VPC',
  /** The organisation's bucket with policies and switch; optional. */
  hub: 'HEADROOM_HUB_BUCKET',
  /** The tag with the value that messages name as the owner. */
  ownerTag: 'HEADROOM_OWNER_TAG',
  periodMinutes: 'HEADROOM_PERIOD_MINUTES',
  /** ARN of the organisation's event bus; optional. */
  bus: 'HEADROOM_CELL_BUS',
  /** Where the accounts of the receivers are; and the address of the webhook. Both optional. */
  receiverSite: 'HEADROOM_RECEIVER_SITE',
  webhookUrl: 'HEADROOM_WEBHOOK_URL',
  /** Reserved concurrency of a `remediate` function; absent where nothing is reserved. */
  concurrency: 'HEADROOM_CONCURRENCY',
  /** Names of functions that the dispatcher invokes besides `remediate`. */
  triggers: 'HEADROOM_TRIGGERS',
  report: 'HEADROOM_REPORT_FUNCTION',
  /** ARN of `intake`, to which `triggers` subscribes log groups. */
  intake: 'HEADROOM_INTAKE',
  /** The table with the newest summary of each cell, at the hub. */
  summaries: 'HEADROOM_SUMMARIES',
  /** `true` where `triggers` may take the last free subscription of a log group; optional. */
  lastSlot: 'HEADROOM_LAST_SLOT',
} as const;

/** Names of the secrets of a cell's receivers; each optional. A template cannot write JSON with parts that may be absent. */
export const FLEET_RECEIVER_ENV = {
  pagerDuty: 'HEADROOM_PAGERDUTY_SECRET',
  opsgenie: 'HEADROOM_OPSGENIE_SECRET',
  teams: 'HEADROOM_TEAMS_SECRET',
  webhook: 'HEADROOM_WEBHOOK_SECRET',
} as const satisfies Readonly<Record<ReceiverKind, string>>;
/** Where an account of a pager is. `jira` is Jira Service Management, which takes Opsgenie's place. */
export const RECEIVER_SITES = ['us', 'eu', 'jira'] as const;

/** Where templates say what the dispatcher has to find. */
export const FLEET_PARAMETERS = {
  /** Followed by a VPC's id: its function, and the further VPCs that this function reaches. */
  network: '/pg-headroom/fleet/network',
  /** Followed by a host, in whatever case: the server is declared, so the fleet leaves it alone. */
  declared: '/pg-headroom/declared',
} as const;

/** The database role of runs that may end sessions, and the one of runs that only look. */
export const FLEET_ROLES = { signals: 'headroom', observes: 'headroom_observer' } as const;

/** Metrics of a cell. No database has one of its own. */
export const FLEET_METRICS = {
  /** Databases with failures or an open incident, sent by the dispatcher each period, 0 too. */
  unwell: 'UnwellDatabases',
  /** Refusals that the metric filters of databases without a free subscription count. */
  refusals: 'FleetRefusals',
} as const;
