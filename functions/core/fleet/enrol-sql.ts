import { FLEET_ROLES } from '../../contract.ts';
import { quoteIdentifier, quoteLiteral } from '../base/sql-text.ts';
import { neededGrants, RESERVED_SLOTS, ROLE_LIMIT } from '../doctor/role-sql.ts';

/** What enrols a database into a fleet: statements that may run again and again, and those that undo them. */
export type EnrolSql = { readonly statements: readonly string[]; readonly undo: readonly string[] };

/** The role that only looks may do everything but end sessions. */
const SIGNAL = 'pg_signal_backend';

/**
 * The two database roles of a fleet, with the rights that `role-sql` gives, on RDS or Aurora. Each statement may run
 * again, and changes nothing then. A role of that name that has more rights is no role of ours: the script stops.
 * @param version the major version of PostgreSQL.
 */
export function enrolSql(version: number): EnrolSql {
  const grants = neededGrants(version);
  const { signals, observes } = FLEET_ROLES;
  return {
    statements: [
      ...roleStatements(signals, grants),
      ...roleStatements(
        observes,
        grants.filter((granted) => granted !== SIGNAL),
      ),
      `DO $$ BEGIN IF pg_catalog.pg_has_role(${quoteLiteral(observes)}, ${quoteLiteral(SIGNAL)}, 'member') THEN RAISE EXCEPTION ${quoteLiteral(`role ${observes} may end sessions: revoke ${SIGNAL} from it`)}; END IF; END $$`,
    ],
    undo: [signals, observes].map((role) => `DROP ROLE IF EXISTS ${quoteIdentifier(role)}`),
  };
}

function roleStatements(role: string, grants: readonly string[]): readonly string[] {
  const name = quoteIdentifier(role);
  const text = quoteLiteral(role);
  return [
    `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ${text}) THEN CREATE ROLE ${name} LOGIN PASSWORD NULL CONNECTION LIMIT ${ROLE_LIMIT}; END IF; END $$`,
    `DO $$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ${text} AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)) THEN RAISE EXCEPTION ${quoteLiteral(`role ${role} has more rights than ours may have: it is not ours`)}; END IF; END $$`,
    `ALTER ROLE ${name} LOGIN CONNECTION LIMIT ${ROLE_LIMIT}`,
    `ALTER ROLE ${name} SET search_path = pg_catalog, pg_temp`,
    ...grants.map((granted) => `GRANT ${granted} TO ${name}`),
    `GRANT rds_iam TO ${name}`,
  ];
}

/** The statements as a script for psql, with its undo as comments. */
export function enrolScript(version: number): string {
  const { statements, undo } = enrolSql(version);
  return [
    `-- Enrols an RDS or Aurora database of PostgreSQL ${version} into a fleet of pg-headroom. It may run again.`,
    '-- Run it as the master user, in any database, on the primary, once a server.',
    '\\set ON_ERROR_STOP on',
    ...statements.map((statement) => `${statement};`),
    '',
    '-- Then reserve slots for them, in the parameter group (static, so it needs a reboot):',
    `--   reserved_connections = ${RESERVED_SLOTS}`,
    '-- To undo:',
    ...undo.map((statement) => `--   ${statement};`),
  ].join('\n');
}
