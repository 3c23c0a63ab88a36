import {
  IDLE_SESSION_TIMEOUT,
  INVALID_PARAMETER_VALUE,
  TRANSACTION_TIMEOUT,
  UNDEFINED_OBJECT,
} from '../../core/base/sqlstate.ts';
/** Statement and lock timeout of our session: a healthy server answers in milliseconds, a sick one must not hold us. */
export const STATEMENT_TIMEOUT_MS = 5_000;
/** After this without a word from us, or an answer untaken, the server takes slot and lock back: Lambda may freeze us. */
export const IDLE_TIMEOUT_MS = 10_000;

/**
 * How much of our `options` a server is known to take in the startup packet. A name that it lacks ends the login (42704).
 * - `unknown`: not known, it is sent what PostgreSQL and all its relatives have.
 * - `no-bounds`: it refused what it was sent, and gets the path and the role only.
 * - `since-14`, `since-17`: what PostgreSQL has from that version on.
 * - `examining`: only bounds that the doctor does not look at. `examining-idle` and `examining-transactions` have in addition
 *   what a login needs there because the database's own setting ends it; the doctor does not look at what a database sets.
 */
export type Startup =
  | 'unknown'
  | 'no-bounds'
  | 'since-14'
  | 'since-17'
  | 'examining'
  | 'examining-idle'
  | 'examining-transactions';

/** What outlasts a login: the next one begins with it. */
export type KnownStartup = {
  readonly now: () => Startup;
  readonly keep: (startup: Startup) => void;
};

export function knownStartup(): KnownStartup {
  let kept: Startup = 'unknown';
  return { now: () => kept, keep: (startup) => (kept = startup) };
}

/** For the doctor, which asks what a new session starts with: the server would tell our own bounds. */
export function forExamination(): KnownStartup {
  const startup = knownStartup();
  startup.keep('examining');
  return startup;
}

/**
 * Whose code runs: without these, a database's owner could put a schema of his before the catalog, have a library loaded,
 * or have us become another role. A setting of the startup packet comes before those of database and role.
 */
const OURS = ['search_path=pg_catalog,pg_temp', 'role=none', 'local_preload_libraries='] as const;
/** A serializable, deferrable, read-only transaction waits for others: a database's owner could make each of ours one. */
const ISOLATION = 'default_transaction_isolation=read\\ committed';
const FIRST_BOUNDS = [ISOLATION, `statement_timeout=${STATEMENT_TIMEOUT_MS}`] as const;
const BOUNDS = [
  ...FIRST_BOUNDS,
  'tcp_keepalives_idle=5',
  'tcp_keepalives_interval=2',
  'tcp_keepalives_count=3',
] as const;
const IDLE_SESSION = `idle_session_timeout=${IDLE_TIMEOUT_MS}`;
/** `idle_session_timeout` also ends a session that never sends its first statement. */
const SINCE_14 = [
  `lock_timeout=${STATEMENT_TIMEOUT_MS}`,
  `idle_in_transaction_session_timeout=${IDLE_TIMEOUT_MS}`,
  IDLE_SESSION,
  `tcp_user_timeout=${IDLE_TIMEOUT_MS}`,
] as const;
/** Nothing else ends a login that hangs in a login trigger. */
const SINCE_17 = [`transaction_timeout=${IDLE_TIMEOUT_MS}`] as const;

const SETTINGS: Readonly<Record<Startup, readonly string[]>> = {
  unknown: [...OURS, ...BOUNDS],
  'no-bounds': OURS,
  'since-14': [...OURS, ...BOUNDS, ...SINCE_14],
  'since-17': [...OURS, ...BOUNDS, ...SINCE_14, ...SINCE_17],
  examining: [...OURS, ...FIRST_BOUNDS],
  'examining-idle': [...OURS, ...FIRST_BOUNDS, IDLE_SESSION],
  'examining-transactions': [...OURS, ...FIRST_BOUNDS, IDLE_SESSION, ...SINCE_17],
};

/** `options` of the startup packet. */
export function startupOptions(startup: Startup): string {
  return SETTINGS[startup].map((setting) => `-c ${setting}`).join(' ');
}

/** The server does not know a name, or does not take a value. */
const REFUSED: ReadonlySet<string> = new Set([UNDEFINED_OBJECT, INVALID_PARAMETER_VALUE]);
/** A timeout of the database's or the role's ended the login: the code says what the server has. */
const ENDED_BY: Readonly<Record<string, Startup>> = {
  [TRANSACTION_TIMEOUT]: 'since-17',
  [IDLE_SESSION_TIMEOUT]: 'since-14',
};
const EXAMINATION_ENDED_BY: Readonly<Record<string, Startup>> = {
  [TRANSACTION_TIMEOUT]: 'examining-transactions',
  [IDLE_SESSION_TIMEOUT]: 'examining-idle',
};
const EXAMINING: ReadonlySet<Startup> = new Set(['examining', 'examining-idle', 'examining-transactions']);

/** What the next login is to send after this one was answered so, or null where another would fare no better. */
export function nextStartup(sent: Startup, sqlstate: string): Startup | null {
  const endedBy = EXAMINING.has(sent) ? EXAMINATION_ENDED_BY : ENDED_BY;
  const next = REFUSED.has(sqlstate) ? 'no-bounds' : (endedBy[sqlstate] ?? null);
  return next === sent || (next === 'since-14' && sent === 'since-17') ? null : next;
}

/** What a server of PostgreSQL's own takes. */
export function startupOf(versionNumber: number): Startup {
  return versionNumber >= 170_000 ? 'since-17' : 'since-14';
}
