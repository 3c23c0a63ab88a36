import { quoteIdentifier } from '../base/sql-text.ts';
import { isTool } from '../server/client-technology.ts';
import { clientSessions, compareText } from '../server/slots.ts';
import type { DoctorFacts } from './doctor-facts.ts';
import {
  adviceFinding,
  bySettings,
  type CheckName,
  type DoctorFinding,
  type Mend,
  namesText,
  okFinding,
} from './doctor-finding.ts';

type TimeoutFacts = Pick<DoctorFacts, 'snapshot' | 'settings' | 'overrides' | 'role' | 'connection'>;

/** The kernel's values, which hold where the server says 0: two hours, 75 seconds, nine probes. */
const KERNEL = { idle: 7_200, interval: 75, count: 9 };
const NOTICED_WITHIN_S = 300;
const KEEPALIVES = ['tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count'];
const LOGIN_WITHIN_S = 30;
/** Statements for more roles than this would be a list, not advice. */
const MOST_ROLES = 3;

/** How long a client keeps its slot after its host vanished. */
export function checkKeepalives(facts: TimeoutFacts): DoctorFinding {
  const ours = setForUs(facts, 'keepalives', KEEPALIVES);
  if (ours !== null) return ours;
  const idle = numberOf(facts, 'tcp_keepalives_idle') || KERNEL.idle;
  const interval = numberOf(facts, 'tcp_keepalives_interval') || KERNEL.interval;
  const count = numberOf(facts, 'tcp_keepalives_count') || KERNEL.count;
  const seconds = idle + interval * count;
  const system = numberOf(facts, 'tcp_keepalives_idle') === 0 ? ", the system's" : '';
  const found = `A client whose host vanished keeps its slot for ${durationText(seconds)} (tcp_keepalives_idle ${idle} s${system})`;
  if (seconds <= NOTICED_WITHIN_S) return okFinding('keepalives', `${found}.`);
  const mend = bySettings(
    facts,
    { name: 'tcp_keepalives_idle', sql: "'60s'", parameter: '60' },
    { name: 'tcp_keepalives_interval', sql: "'10s'", parameter: '10' },
    { name: 'tcp_keepalives_count', sql: '6', parameter: '6' },
  );
  return adviceFinding('keepalives', `${found}.`, {
    ...mend,
    note: noteFor(mend, 'It applies to new sessions.'),
  });
}

/**
 * A client that never finishes its login holds a slot, and no session shows it, until this timeout ends it.
 */
export function checkLoginTimeout(facts: TimeoutFacts): DoctorFinding {
  const seconds = numberOf(facts, 'authentication_timeout');
  const found = `A client that never finishes logging in holds a slot for ${durationText(seconds)} (authentication_timeout).`;
  if (seconds <= LOGIN_WITHIN_S) return okFinding('login-timeout', found);
  return adviceFinding(
    'login-timeout',
    found,
    bySettings(facts, { name: 'authentication_timeout', sql: "'20s'", parameter: '20' }),
  );
}

/** Where the server does not check its clients, a statement runs to its end although its client has left. */
export function checkLostClients(facts: TimeoutFacts): DoctorFinding {
  const name = 'client_connection_check_interval';
  const ours = setForUs(facts, 'lost-clients', [name]);
  if (ours !== null) return ours;
  if (numberOf(facts, name) > 0)
    return okFinding('lost-clients', `Statements end when their client has left (${name}).`);
  return adviceFinding(
    'lost-clients',
    `Statements keep running after their client has left (${name} is off).`,
    bySettings(facts, { name, sql: "'10s'", parameter: '10000' }),
  );
}

export function checkIdleInTransaction(facts: TimeoutFacts): DoctorFinding {
  const name = 'idle_in_transaction_session_timeout';
  const ms = numberOf(facts, name);
  const check = 'idle-in-transaction';
  const ours = setForUs(facts, check, [name]);
  if (ours !== null) return ours;
  if (ms > 0)
    return okFinding(check, `Transactions left open end after ${durationText(ms / 1_000)} (${name}).`);
  const roles = clientRoles(facts).filter((role) => !hasOwn(facts, name, role));
  if (roles.length === 0)
    return okFinding(check, `${name} is off, but each connected role has its own value.`);
  const mend = forRoles(roles, name, '5min', 'Do not set it for roles of backups and migrations.');
  return adviceFinding(
    check,
    `Transactions that ${namesText(roles)} left open never end: ${name} is off.`,
    mend,
  );
}

/** The timeout is good for people's roles and harmful for pools, which keep idle sessions on purpose. */
export function checkIdleSessions(facts: TimeoutFacts): DoctorFinding {
  const name = 'idle_session_timeout';
  const ms = numberOf(facts, name);
  const check = 'idle-sessions';
  const ours = setForUs(facts, check, [name]);
  if (ours !== null) return ours;
  if (ms > 0)
    return okFinding(
      check,
      `Idle sessions end after ${durationText(ms / 1_000)} (${name}). Pools must expect that.`,
    );
  // A role that is used by tools only belongs to a person.
  const people = clientRoles(facts).filter(
    (role) =>
      !hasOwn(facts, name, role) && sessionsOf(facts, role).every(({ application }) => isTool(application)),
  );
  if (people.length === 0) return okFinding(check, `${name} is off, as it should be for pools.`);
  const mend = forRoles(people, name, '1h', "It takes effect with a session's next statement.");
  return adviceFinding(check, `Tools that ${namesText(people)} forgot stay open: ${name} is off.`, mend);
}

function sessionsOf({ snapshot }: TimeoutFacts, role: string): ReturnType<typeof clientSessions> {
  return clientSessions(snapshot).filter(({ user }) => user === role);
}

/** Ordinary roles that have sessions now, those with most first. The timeouts are meant for these. */
function clientRoles({ snapshot, role }: TimeoutFacts): readonly string[] {
  const counts = new Map<string, number>();
  for (const { user, superuser } of clientSessions(snapshot))
    if (user !== null && superuser === false && user !== role.name)
      counts.set(user, (counts.get(user) ?? 0) + 1);
  return [...counts].sort(([a, most], [b, more]) => more - most || compareText(a, b)).map(([name]) => name);
}

/** Whether the role has a value of its own. Then somebody chose it on purpose, whatever it is. */
function hasOwn({ overrides }: TimeoutFacts, name: string, role: string): boolean {
  return overrides.some((each) => each.setting === name && each.role === role);
}

/**
 * A value that is set for our own role or its database hides the value that others get. The check then says
 * that it could not look.
 */
function setForUs(
  { overrides, role, connection }: TimeoutFacts,
  check: CheckName,
  names: readonly string[],
): DoctorFinding | null {
  const own = overrides.find(
    (each) =>
      names.includes(each.setting) &&
      (each.role !== null || each.database !== null) &&
      (each.role === null || each.role === role.name) &&
      (each.database === null || each.database === connection.database),
  );
  if (own === undefined) return null;
  const target = own.role === null ? `this database` : 'our own role';
  return okFinding(
    check,
    `Not looked at: ${own.setting} is set for ${target}, so we cannot see the value of others.`,
  );
}

function forRoles(roles: readonly string[], name: string, value: string, note: string): Mend {
  const sql = roles
    .slice(0, MOST_ROLES)
    .map((role) => `ALTER ROLE ${quoteIdentifier(role)} SET ${name} = '${value}';`);
  const more = roles.length > MOST_ROLES ? ` Do the same for the other roles.` : '';
  return { sql, note: `${note}${more}` };
}

function noteFor({ note }: Mend, text: string): string {
  return note === null ? text : `${note} ${text}`;
}

function numberOf({ settings }: TimeoutFacts, name: string): number {
  const value = Number(settings.get(name)?.value);
  return Number.isFinite(value) ? value : 0;
}

/** Whole seconds below two minutes, and rounded minutes from there on. */
function durationText(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
