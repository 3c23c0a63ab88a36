import {
  IDLE_SESSION_TIMEOUT,
  INVALID_PARAMETER_VALUE,
  TRANSACTION_TIMEOUT,
  UNDEFINED_OBJECT,
} from '../../core/base/sqlstate.ts';

/**
 * Statement and lock timeout of our session. A healthy server answers in milliseconds, and a sick one must not hold us up.
 */
export const STATEMENT_TIMEOUT_MS = 5_000;
/**
 * After this time without a statement from us, or with an answer that we do not read, the server takes slot and lock back.
 * Lambda may freeze us at any time.
 */
export const IDLE_TIMEOUT_MS = 10_000;

/**
 * Which `options` a server is known to accept in the startup packet. An unknown name ends the login (42704).
 * - `unknown`: not known yet. It is sent what PostgreSQL and all its relatives have.
 * - `no-bounds`: it refused the above, and is sent path and role only.
 * - `since-14`, `since-17`: bounds that PostgreSQL has from that version on.
 * - `all-since-14`, `all-since-17`: all settings of our session, which PostgreSQL on Linux has. The first statement only
 * reads them back.
 * - `examining`: only bounds that the doctor does not check. `examining-idle` and `examining-transactions` add the bound
 * that a login needs because a setting of the database would end it. The doctor does not check what a database sets.
 */
export type Startup =
  | 'unknown'
  | 'no-bounds'
  | 'since-14'
  | 'since-17'
  | 'all-since-14'
  | 'all-since-17'
  | 'examining'
  | 'examining-idle'
  | 'examining-transactions';

/** What is kept between logins. */
export type KnownStartup = {
  readonly now: () => Startup;
  readonly keep: (startup: Startup) => void;
};

export function knownStartup(): KnownStartup {
  let kept: Startup = 'unknown';
  return { now: () => kept, keep: (startup) => (kept = startup) };
}

/** For the doctor, which reads the settings of a new session: it must not find our own bounds there. */
export function forExamination(): KnownStartup {
  const startup = knownStartup();
  startup.keep('examining');
  return startup;
}

type Setting = readonly [name: string, value: string];

/**
 * They decide which code our statements run. Without them, the owner of the database could put a schema of their own before
 * the catalog, load a library, or give us another role. Settings in the startup packet override those of database and role.
 */
const OURS: readonly Setting[] = [
  ['search_path', 'pg_catalog,pg_temp'],
  ['role', 'none'],
  ['local_preload_libraries', ''],
];
/**
 * A serializable, deferrable, read-only transaction waits for other transactions. The owner of the database could make
 * every transaction of ours one.
 */
const FIRST_BOUNDS: readonly Setting[] = [
  ['default_transaction_isolation', 'read committed'],
  ['statement_timeout', `${STATEMENT_TIMEOUT_MS}`],
];
const BOUNDS: readonly Setting[] = [
  ...FIRST_BOUNDS,
  ['tcp_keepalives_idle', '5'],
  ['tcp_keepalives_interval', '2'],
  ['tcp_keepalives_count', '3'],
];
const IDLE_SESSION: Setting = ['idle_session_timeout', `${IDLE_TIMEOUT_MS}`];
/** `idle_session_timeout` also ends a session that never sends its first statement. */
const SINCE_14: readonly Setting[] = [
  ['lock_timeout', `${STATEMENT_TIMEOUT_MS}`],
  ['idle_in_transaction_session_timeout', `${IDLE_TIMEOUT_MS}`],
  IDLE_SESSION,
  ['tcp_user_timeout', `${IDLE_TIMEOUT_MS}`],
];
/** No other setting ends a login that hangs in a login trigger. */
const SINCE_17: readonly Setting[] = [['transaction_timeout', `${IDLE_TIMEOUT_MS}`]];
/** What else sql/begin-session.ts sets, where the reasons are. Values are as the server shows them. */
const REST: readonly Setting[] = [
  ['client_connection_check_interval', '1000'],
  ['DateStyle', 'ISO, YMD'],
  ['TimeZone', 'UTC'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['array_nulls', 'on'],
  ['exit_on_error', 'off'],
  ['client_min_messages', 'error'],
];

const SETTINGS: Readonly<Record<Startup, readonly Setting[]>> = {
  unknown: [...OURS, ...BOUNDS],
  'no-bounds': OURS,
  'since-14': [...OURS, ...BOUNDS, ...SINCE_14],
  'since-17': [...OURS, ...BOUNDS, ...SINCE_14, ...SINCE_17],
  'all-since-14': [...OURS, ...BOUNDS, ...SINCE_14, ...REST],
  'all-since-17': [...OURS, ...BOUNDS, ...SINCE_14, ...SINCE_17, ...REST],
  examining: [...OURS, ...FIRST_BOUNDS],
  'examining-idle': [...OURS, ...FIRST_BOUNDS, IDLE_SESSION],
  'examining-transactions': [...OURS, ...FIRST_BOUNDS, IDLE_SESSION, ...SINCE_17],
};

/** `options` of the startup packet. */
export function startupOptions(startup: Startup): string {
  return SETTINGS[startup].map(([name, value]) => `-c${name}=${value.replaceAll(' ', '\\ ')}`).join(' ');
}

/** The settings that a login with these options sends; null where they are not all of our session. */
export function wholeStartup(startup: Startup): readonly Setting[] | null {
  return WHOLE.has(startup) ? SETTINGS[startup] : null;
}

/** The server does not know a name, or refuses a value. */
const REFUSED: ReadonlySet<string> = new Set([UNDEFINED_OBJECT, INVALID_PARAMETER_VALUE]);
/** Whether a login was refused for the settings that it sent. */
export function refusesSettings({ sqlstate }: { readonly sqlstate: string }): boolean {
  return REFUSED.has(sqlstate);
}
/** A timeout that the database or the role sets ended the login. The code shows which settings the server has. */
const ENDED_BY: Readonly<Record<string, Startup>> = {
  [TRANSACTION_TIMEOUT]: 'since-17',
  [IDLE_SESSION_TIMEOUT]: 'since-14',
};
const EXAMINATION_ENDED_BY: Readonly<Record<string, Startup>> = {
  [TRANSACTION_TIMEOUT]: 'examining-transactions',
  [IDLE_SESSION_TIMEOUT]: 'examining-idle',
};
const WHOLE: ReadonlySet<Startup> = new Set(['all-since-14', 'all-since-17']);
const EXAMINING: ReadonlySet<Startup> = new Set(['examining', 'examining-idle', 'examining-transactions']);

/** What the next login sends after this answer; null where another login would fail as well. */
export function nextStartup(sent: Startup, sqlstate: string): Startup | null {
  if (REFUSED.has(sqlstate)) return sent === 'no-bounds' ? null : 'no-bounds';
  const next = (EXAMINING.has(sent) ? EXAMINATION_ENDED_BY : ENDED_BY)[sqlstate];
  if (next === undefined) return null;
  const isSent = SETTINGS[next].every((setting) => SETTINGS[sent].includes(setting));
  return isSent ? null : next;
}

/** What a PostgreSQL server of this version accepts. Only Linux is known to have all settings. */
export function startupOf(versionNumber: number, product: string): Startup {
  const since = versionNumber >= 170_000 ? 'since-17' : 'since-14';
  return product.includes('linux') ? `all-${since}` : since;
}
