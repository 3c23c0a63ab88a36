import { isPlainlyVisible } from '../base/clean-text.ts';
import { DEFAULT_DATABASE } from '../base/maintenance-database.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { checkComments, restrictionComments } from './role-sql-closing.ts';

/**
 * Connecting takes at most three connections at once, another run may wait for its turn, and one is left for
 * a person.
 */
export const ROLE_LIMIT = 5;
/** As many connections as a run opens at once while it connects. */
export const RESERVED_SLOTS = 3;

export const ROLE_FLAVORS = ['postgresql', 'rds', 'gaussdb'] as const;
export type RoleFlavor = (typeof ROLE_FLAVORS)[number];

/** The major versions of PostgreSQL on which all of our statements run. GaussDB has its own versions. */
export const KNOWN_VERSIONS = { oldest: 14, newest: 19 } as const;
export const DEFAULT_ROLE = 'headroom';
/** The first version in which slots can be reserved for roles that are not superusers. */
const FIRST_WITH_RESERVE = 16;

export type RoleRequest = { readonly flavor: RoleFlavor; readonly version: number; readonly role: string };

/** Why a role cannot have this name, or null. */
export function roleNameProblem(name: string): string | null {
  if (name === '' || new TextEncoder().encode(name).length > 63) return 'Allowed are 1 to 63 bytes.';
  if (!isPlainlyVisible(name)) return 'Allowed are visible characters.';
  return /^(pg_|public$|none$)/.test(name) ? 'Allowed are names that the server does not reserve.' : null;
}

/** The predefined roles that our role needs. */
export function neededGrants(version: number): readonly string[] {
  const reserve = version >= FIRST_WITH_RESERVE ? ['pg_use_reserved_connections'] : [];
  return ['pg_signal_backend', 'pg_read_all_stats', ...reserve];
}

/**
 * The script that creates our role with the least privileges. Each statement is on one line, everything else
 * is comments.
 */
export function roleSql(request: RoleRequest): string {
  const parts = request.flavor === 'gaussdb' ? gaussdbParts(request) : postgresqlParts(request);
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

type Part = readonly string[];

const WHY_GRANTED: Readonly<Record<string, string>> = {
  pg_signal_backend: '-- To end sessions of ordinary roles. It cannot end those of superusers.',
  pg_read_all_stats: '-- To see what sessions do. Without it a run sees nothing and ends nothing.',
  pg_use_reserved_connections: '-- To connect to a full server, on a slot that is reserved for it.',
};

function postgresqlParts({ flavor, version, role }: RoleRequest): readonly Part[] {
  const name = quoteIdentifier(role);
  const onRds = flavor === 'rds';
  const runner = onRds ? 'the master user' : 'a superuser';
  return [
    [
      '-- The role as which pg-headroom connects, with the least privileges:',
      `-- ${onRds ? 'Amazon RDS and Aurora, ' : ''}PostgreSQL ${version}.`,
      `-- Run as ${runner}, in any database, on the primary, once a server.`,
    ],
    [...limitWhy(), `CREATE ROLE ${name} LOGIN PASSWORD NULL CONNECTION LIMIT ${ROLE_LIMIT};`],
    neededGrants(version).flatMap((granted) => [WHY_GRANTED[granted] ?? '', `GRANT ${granted} TO ${name};`]),
    pathPart(name),
    databasePart(name),
    onRds ? rdsLogin(name) : ['-- Then give it a password:', ...byPassword(name)],
    reservePart(onRds, version),
    restrictionComments(name, onRds),
    checkComments(role, DEFAULT_DATABASE),
    undoPart(name, onRds, version),
  ];
}

/** Our sessions set it themselves. It is for a person who logs in as this role. */
function pathPart(name: string): Part {
  return [
    "-- So that a function or operator of others never replaces the server's own.",
    `ALTER ROLE ${name} SET search_path = pg_catalog, pg_temp;`,
  ];
}

/**
 * UTF8 with a locale that every server has. From template0, so that nothing comes along that others added to
 * template1.
 */
function databasePart(name: string): Part {
  const database = quoteIdentifier(DEFAULT_DATABASE);
  return [
    '-- Its own database (8 MB, empty), which belongs to you. No other role can',
    '-- connect to it, so no other role can put code, settings or locks there.',
    '-- CREATE DATABASE needs to run outside a transaction, so not with psql -1.',
    `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';`,
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name};`,
  ];
}

function limitWhy(): Part {
  return [
    '-- It has no password yet: a password here would stay in logs and histories.',
    `-- ${ROLE_LIMIT} sessions are enough: 3 attempts at once while a run connects, one more`,
    '-- run that waits for its turn, and one for you.',
  ];
}

function byPassword(name: string): Part {
  return [
    `--   \\password ${name}`,
    '-- psql asks for the password and sends only its hash. Put it into the secret',
    '-- that the function reads: {"username": ..., "password": ...}.',
  ];
}

function rdsLogin(name: string): Part {
  return [
    '-- Then either give it a password:',
    ...byPassword(name),
    '-- or let it log in by IAM, without a secret. Passwords then no longer work:',
    `--   GRANT rds_iam TO ${name};`,
  ];
}

function reservePart(onRds: boolean, version: number): Part {
  if (version < FIRST_WITH_RESERVE) {
    return [
      `-- PostgreSQL ${version} reserves slots for ${onRds ? 'rds_superuser' : 'superusers'} only, and this role should`,
      '-- not be one. On a full server it can connect only when a slot becomes free.',
    ];
  }
  const where = onRds ? 'parameter group (static, so it needs a reboot)' : 'configuration (needs a restart)';
  const setting = `reserved_connections = ${RESERVED_SLOTS}`;
  return [
    '-- Then reserve slots for it. The default reserves none. In the',
    `-- ${where}:`,
    `--   ${onRds ? setting : `ALTER SYSTEM SET ${setting};`}`,
  ];
}

function undoPart(name: string, onRds: boolean, version: number): Part {
  const reserve = version >= FIRST_WITH_RESERVE && !onRds;
  return [
    '-- To undo:',
    `--   DROP DATABASE ${quoteIdentifier(DEFAULT_DATABASE)};`,
    `--   DROP ROLE ${name};`,
    ...(reserve ? ['--   ALTER SYSTEM RESET reserved_connections;'] : []),
  ];
}

/** Taken from the documentation and from openGauss's sources. It has not run on such a server. */
function gaussdbParts({ role }: RoleRequest): readonly Part[] {
  const name = quoteIdentifier(role);
  return [
    [
      '-- A role for GaussDB(DWS), GaussDB and openGauss, with the least privileges.',
      '-- NOT TESTED on such a server: it follows the documentation and',
      "-- openGauss's sources.",
      '-- Run as a system administrator.',
    ],
    [
      '-- It has no password yet, because a password here would stay in logs.',
      `CREATE USER ${name} CONNECTION LIMIT ${ROLE_LIMIT} PASSWORD DISABLE;`,
    ],
    [
      "-- To end other users' sessions. It cannot end those of the initial user, and it",
      '-- leaves those of other system administrators alone.',
      `GRANT gs_role_signal_backend TO ${name};`,
    ],
    [
      '-- To see what sessions do, on GaussDB(DWS):',
      `GRANT gs_role_read_all_stats TO ${name};`,
      '-- and on GaussDB and openGauss instead:',
      `--   ALTER USER ${name} MONADMIN;`,
    ],
    databaseOnGaussdb(name),
    [
      '-- Then give it a password while password_encryption_type is 1. The',
      '-- default of GaussDB and openGauss, 2, does not work with PostgreSQL drivers:',
      `--   ALTER USER ${name} PASSWORD '...';`,
    ],
    [
      '-- Slots are reserved for system administrators only',
      '-- (sysadmin_reserved_connections): on a full server this role can connect only',
      '-- when a slot becomes free.',
    ],
    ['-- To undo:', `--   DROP DATABASE ${quoteIdentifier(DEFAULT_DATABASE)};`, `--   DROP USER ${name};`],
  ];
}

function databaseOnGaussdb(name: string): Part {
  const database = quoteIdentifier(DEFAULT_DATABASE);
  return [
    '-- Its own database, which belongs to you. No other role can connect to it,',
    '-- so no other role can put code, settings or locks there.',
    `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8';`,
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name};`,
  ];
}
