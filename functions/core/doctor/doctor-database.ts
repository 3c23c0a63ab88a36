import { cleanName } from '../base/clean-text.ts';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { clientSessions } from '../server/slots.ts';
import type { DoctorFacts, ForeignRight } from './doctor-facts.ts';
import {
  adviceFinding,
  byHand,
  bySql,
  type DoctorFinding,
  type Mend,
  namesText,
  okFinding,
} from './doctor-finding.ts';

type DatabaseFacts = Pick<DoctorFacts, 'connection' | 'role' | 'openings' | 'ownSettings'>;

/** What each right lets another role do to our sessions. */
const MAY: Readonly<Record<ForeignRight['right'], string>> = {
  OWNER: 'own it, and choose the settings with which our sessions start',
  CONNECT: 'connect, and hold the lock that runs take',
  CREATE: 'create schemas there',
  'CREATE IN public': 'create in its schema public',
};
const RIGHTS = ['OWNER', 'CONNECT', 'CREATE', 'CREATE IN public'] as const;

/**
 * Whether the maintenance database is open to other roles. There are two remedies: close it, or use a
 * database of our own. Every role may create in a new database of PostgreSQL 14, but without CONNECT that
 * right is of no use.
 */
export function checkDatabase({
  connection,
  role,
  openings,
  ownSettings,
}: DatabaseFacts): readonly DoctorFinding[] {
  const name = cleanName(connection.database);
  const counting = openings.some(({ right }) => right === 'CONNECT')
    ? openings
    : openings.filter(({ right }) => right === 'OWNER');
  const isOpen = openingTexts(counting);
  const set = ownSettings.filter((setting) => setting.of === 'database' || setting.name !== 'search_path');
  const findings = [
    ...(isOpen.length > 0
      ? [
          adviceFinding(
            'database',
            `Database ${name} is open to others: ${isOpen.join('; ')}.`,
            closing(connection.database, role.name, counting),
          ),
        ]
      : []),
    ...(set.length > 0
      ? [
          adviceFinding(
            'database',
            `${settingsText(set, name)}.`,
            resetting(set, connection.database, role.name),
          ),
        ]
      : []),
  ];
  return findings.length > 0
    ? findings
    : [okFinding('database', `No other role may connect to database ${name}, and nothing is set for it.`)];
}

/** What others may do in the database, one text for each right. */
function openingTexts(openings: readonly ForeignRight[]): readonly string[] {
  return RIGHTS.flatMap((right) => {
    const roles = openings
      .filter((opening) => opening.right === right)
      .map((opening) => opening.role ?? 'PUBLIC');
    return roles.length === 0 ? [] : [`${namesText(roles)} may ${MAY[right]}`];
  });
}

/** Other programs use a shared database, so it stays as it is. The advice is to use a database of our own. */
function closing(database: string, role: string, openings: readonly ForeignRight[]): Mend {
  if (database !== DEFAULT_DATABASE)
    return byHand(
      `headroom role-sql prints the statements for a database that only pg-headroom uses, ${DEFAULT_DATABASE}. Declare it as "database", and name it in URLs.`,
    );
  const identifier = quoteIdentifier(database);
  const to = (opening: ForeignRight) => (opening.role === null ? 'PUBLIC' : quoteIdentifier(opening.role));
  const sql = openings.map((opening) => {
    switch (opening.right) {
      case 'OWNER':
        return `ALTER DATABASE ${identifier} OWNER TO CURRENT_USER;`;
      case 'CONNECT':
      case 'CREATE':
        return `REVOKE ${opening.right} ON DATABASE ${identifier} FROM ${to(opening)};`;
      case 'CREATE IN public':
        return `REVOKE CREATE ON SCHEMA public FROM ${to(opening)};`;
      default: {
        const never: never = opening.right;
        return never;
      }
    }
  });
  const mend = bySql(...sql, `GRANT CONNECT ON DATABASE ${identifier} TO ${quoteIdentifier(role)};`);
  return { ...mend, note: 'Run these as an administrator, connected to this database.' };
}

function settingsText(set: DatabaseFacts['ownSettings'], database: string): string {
  const names = (of: 'database' | 'role') =>
    set.filter((setting) => setting.of === of).map((setting) => setting.name);
  const parts = [
    ...(names('database').length > 0 ? [`database ${database} sets ${namesText(names('database'))}`] : []),
    ...(names('role').length > 0 ? [`our role has ${namesText(names('role'))} set`] : []),
  ];
  const text = `Our sessions start with other settings: ${parts.join(', ')}`;
  return `${text}. pg-headroom sets what it needs itself`;
}

function resetting(set: DatabaseFacts['ownSettings'], database: string, role: string): Mend {
  const inDatabase = quoteIdentifier(database);
  const statements = set.map(({ of, inDatabase: only, name }) =>
    of === 'database'
      ? `ALTER DATABASE ${inDatabase} RESET ${quoteIdentifier(name)};`
      : `ALTER ROLE ${quoteIdentifier(role)}${only ? ` IN DATABASE ${inDatabase}` : ''} RESET ${quoteIdentifier(name)};`,
  );
  return bySql(...new Set(statements));
}

/**
 * Our sessions set their own search_path. A person who logs in as this role, or a program with its password,
 * has the role's.
 */
export function checkSearchPath({
  role,
  ownSettings,
}: Pick<DatabaseFacts, 'role' | 'ownSettings'>): DoctorFinding {
  const name = cleanName(role.name);
  if (ownSettings.some((setting) => setting.of === 'role' && setting.name === 'search_path'))
    return okFinding('search-path', `Role ${name} has a search_path of its own.`);
  return adviceFinding(
    'search-path',
    `Role ${name} has no search_path of its own: a person who logs in as this role may run functions that others put into a schema.`,
    bySql(`ALTER ROLE ${quoteIdentifier(role.name)} SET search_path = pg_catalog, pg_temp;`),
  );
}

/** Reported only when such a session exists. It may be a person, another function or a thief. */
export function checkElsewhere({
  role,
  snapshot,
}: Pick<DoctorFacts, 'role' | 'snapshot'>): readonly DoctorFinding[] {
  const { ownPid } = snapshot.server;
  const own = snapshot.sessions.find(({ pid }) => pid === ownPid);
  const others = clientSessions(snapshot).filter(
    ({ pid, user, address }) => pid !== ownPid && user === role.name && address !== own?.address,
  );
  if (others.length === 0) return [];
  const found = namesText([
    ...new Set(others.map(({ address, application }) => `${address} (${application || 'no name'})`)),
  ]);
  const note =
    'If none of these is the function or a person on call: set a new password, and restrict its addresses in pg_hba.conf or the security group.';
  return [
    adviceFinding(
      'elsewhere',
      `Role ${cleanName(role.name)} is logged in from elsewhere: ${found}.`,
      byHand(note),
    ),
  ];
}
