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

/** The major versions of PostgreSQL for which there is a script. GaussDB has its own versions. */
export const ROLE_VERSIONS = { oldest: 14, newest: 18 } as const;
export const DEFAULT_ROLE = 'headroom';
/** The first version in which slots can be reserved for roles that are not superusers. */
const FIRST_WITH_RESERVE = 16;

export type RoleRequest = { readonly flavor: RoleFlavor; readonly version: number; readonly role: string };

/** Why a role cannot have this name, or null. */
export function roleNameProblem(name: string): string | null {
  if (name === '' || new TextEncoder().encode(name).length > 63) return 'Allowed are 1 to 63 bytes.';
  if (!isPlainlyVisible(name)) return 'Allowed are characters that everybody sees.';
  return /^(pg_|public$|none$)/.test(name)
    ? 'Allowed are names that the server does not keep for itself.'
    : null;
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
  pg_signal_backend: "-- To end ordinary roles' sessions. Superusers' stay out of its reach.",
  pg_read_all_stats: '-- To see what sessions do. Without it a run is blind, and refuses to judge.',
  pg_use_reserved_connections: '-- To get into a full server, on a slot that is kept free for it.',
};

function postgresqlParts({ flavor, version, role }: RoleRequest): readonly Part[] {
  const name = quoteIdentifier(role);
  const onRds = flavor === 'rds';
  const who = onRds ? 'the master user' : 'a superuser';
  return [
    [
      '-- The role that pg-headroom connects as, with no more than it needs:',
      `-- ${onRds ? 'Amazon RDS and Aurora, ' : ''}PostgreSQL ${version}.`,
      `-- Run as ${who}, in any database, on the primary; once per server.`,
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
    "-- Nobody's function or operator is taken for the server's.",
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
    '-- A database of its own (8 MB, empty), which belongs to you. Nobody else can',
    '-- connect to it, so nobody can put code, settings or locks in its way.',
    "-- Not in a transaction: psql's -1 does not do.",
    `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';`,
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name};`,
  ];
}

function limitWhy(): Part {
  return [
    '-- It has no password yet: one written here would stay in logs and histories.',
    `-- ${ROLE_LIMIT} sessions are enough: 3 tries at once while it is getting in, one run that`,
    '-- waits for another, and you.',
  ];
}

function byPassword(name: string): Part {
  return [
    `--   \\password ${name}`,
    '-- psql asks for it and sends only its hash. Put the same into the secret that',
    '-- the function reads: {"username": ..., "password": ...}.',
  ];
}

function rdsLogin(name: string): Part {
  return [
    '-- Then either give it a password:',
    ...byPassword(name),
    '-- or let it log in by IAM, without a secret; passwords no longer work then:',
    `--   GRANT rds_iam TO ${name};`,
  ];
}

function reservePart(onRds: boolean, version: number): Part {
  if (version < FIRST_WITH_RESERVE) {
    return [
      `-- PostgreSQL ${version} keeps slots for ${onRds ? 'rds_superuser' : 'superusers'} only, too much of a role for a`,
      '-- robot: on a full server this one gets in when a slot comes free.',
    ];
  }
  const where = onRds ? 'parameter group (static, so it takes a reboot)' : 'configuration (takes a restart)';
  const setting = `reserved_connections = ${RESERVED_SLOTS}`;
  return [
    '-- Then keep slots free for it, there are none unless you do. In the',
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
      '-- A role for GaussDB(DWS), GaussDB and openGauss, with no more than is needed.',
      '-- NOT TESTED on such a server: written from the documentation and from',
      "-- openGauss's sources.",
      '-- Run as a system administrator.',
    ],
    [
      '-- It cannot log in by password yet: one written here would stay in logs.',
      `CREATE USER ${name} CONNECTION LIMIT ${ROLE_LIMIT} PASSWORD DISABLE;`,
    ],
    [
      "-- To end other users' sessions. The initial user's stay out of its reach, and",
      '-- those of other system administrators are left alone.',
      `GRANT gs_role_signal_backend TO ${name};`,
    ],
    [
      '-- To see what sessions do, on GaussDB(DWS):',
      `GRANT gs_role_read_all_stats TO ${name};`,
      '-- and on GaussDB and openGauss in its place:',
      `--   ALTER USER ${name} MONADMIN;`,
    ],
    databaseOnGaussdb(name),
    [
      '-- Then give it a password, with password_encryption_type at 1 when you do. The',
      '-- default of GaussDB and openGauss, 2, keeps ordinary PostgreSQL drivers out:',
      `--   ALTER USER ${name} PASSWORD '...';`,
    ],
    [
      '-- Slots are reserved for system administrators only',
      '-- (sysadmin_reserved_connections): on a full server this role gets in when a',
      '-- slot comes free.',
    ],
    ['-- To undo:', `--   DROP DATABASE ${quoteIdentifier(DEFAULT_DATABASE)};`, `--   DROP USER ${name};`],
  ];
}

function databaseOnGaussdb(name: string): Part {
  const database = quoteIdentifier(DEFAULT_DATABASE);
  return [
    '-- A database of its own, which belongs to you. Nobody else can connect to it,',
    '-- so nobody can put code, settings or locks in its way.',
    `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8';`,
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name};`,
  ];
}
