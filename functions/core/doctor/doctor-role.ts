import { cleanName } from '../base/clean-text.ts';
import { quoteIdentifier } from '../base/sql-text.ts';
import { type DoctorFacts, majorVersion, type OwnRole } from './doctor-facts.ts';
import {
  adviceFinding,
  bySql,
  type DoctorFinding,
  type Mend,
  namesText,
  okFinding,
  problemFinding,
} from './doctor-finding.ts';
import { neededGrants, ROLE_LIMIT } from './role-sql.ts';

/** A larger limit hardly bounds the damage of a mistake of ours. */
const GENEROUS_LIMIT = 10;
const DAY_MS = 86_400_000;
const SOON_DAYS = 30;

type RoleFacts = Pick<DoctorFacts, 'role' | 'snapshot'>;

/** Attributes and memberships of our role that it does not need. */
export function checkAttributes({ role, snapshot }: RoleFacts): DoctorFinding {
  const name = cleanName(role.name);
  const groups = (['rds_superuser', 'rds_replication'] as const).filter(
    (group) => role.grants[group] === 'usable' && !role.attributes.includes('SUPERUSER'),
  );
  if (role.attributes.length + groups.length === 0)
    return okFinding('attributes', `Role ${name} has no attribute that it does not need.`);
  const identifier = quoteIdentifier(role.name);
  const isSuperuser = role.attributes.includes('SUPERUSER');
  const mend: Mend = {
    sql: [
      ...(role.attributes.length > 0
        ? [`ALTER ROLE ${identifier} ${role.attributes.map((attribute) => `NO${attribute}`).join(' ')};`]
        : []),
      ...groups.map((group) => `REVOKE ${group} FROM ${identifier};`),
      ...(isSuperuser || groups.includes('rds_superuser')
        ? [`GRANT ${neededGrants(majorVersion(snapshot)).join(', ')} TO ${identifier};`]
        : []),
    ],
    note:
      isSuperuser && majorVersion(snapshot) < 16
        ? 'Before PostgreSQL 16 only superusers can connect to a full server. The smaller role cannot.'
        : null,
  };
  const has = namesText([...role.attributes, ...groups], 7);
  return adviceFinding(
    'attributes',
    `Role ${name} has ${has} and needs none of it. A thief of its password would have these rights too.`,
    mend,
  );
}

/** Superusers are exempt from their own limit. */
export function checkConnectionLimit({
  role,
}: {
  readonly role: Pick<OwnRole, 'name' | 'attributes' | 'connectionLimit'>;
}): readonly DoctorFinding[] {
  const { connectionLimit: limit } = role;
  if (role.attributes.includes('SUPERUSER')) return [];
  const name = cleanName(role.name);
  const mend = bySql(`ALTER ROLE ${quoteIdentifier(role.name)} CONNECTION LIMIT ${ROLE_LIMIT};`);
  const check = 'connection-limit';
  if (limit === null)
    return [
      adviceFinding(
        check,
        `Role ${name} has no CONNECTION LIMIT: a mistake of ours could take all slots.`,
        mend,
      ),
    ];
  if (limit < ROLE_LIMIT) {
    const why =
      'A run tries to connect up to three times at once, another run may wait for its turn, and you may need one connection.';
    return [
      problemFinding(
        check,
        `Role ${name} has a CONNECTION LIMIT of ${limit}, which is too low. ${why}`,
        mend,
      ),
    ];
  }
  const found = `Role ${name} has a CONNECTION LIMIT of ${limit}`;
  return [
    limit > GENEROUS_LIMIT
      ? adviceFinding(check, `${found}, which is more than it needs.`, mend)
      : okFinding(check, `${found}.`),
  ];
}

/** There is a finding only when the password expires. */
export function checkPassword({
  role,
}: {
  readonly role: Pick<OwnRole, 'name' | 'passwordLeftMs'>;
}): readonly DoctorFinding[] {
  const { passwordLeftMs: left } = role;
  if (left === null) return [];
  const days = Math.floor(left / DAY_MS);
  const found = left < 0 ? 'has expired' : `expires in ${days === 1 ? '1 day' : `${days} days`}`;
  const text = `The password of role ${cleanName(role.name)} ${found}.`;
  if (days >= SOON_DAYS) return [okFinding('password', text)];
  const mend = bySql(`ALTER ROLE ${quoteIdentifier(role.name)} VALID UNTIL 'infinity';`);
  return [left < 0 ? problemFinding('password', text, mend) : adviceFinding('password', text, mend)];
}

/** Whether a run can end sessions. */
export function checkTerminate({ role, snapshot }: RoleFacts): DoctorFinding {
  const name = cleanName(role.name);
  const missing = missingGrant(role, 'pg_signal_backend', majorVersion(snapshot));
  if (missing !== null)
    return problemFinding(
      'terminate',
      `Role ${name} cannot end other roles' sessions: ${missing.found}.`,
      missing.mend,
    );
  const { notCallable } = role;
  if (notCallable.length > 0) {
    const identifier = quoteIdentifier(role.name);
    const grants = notCallable.map(
      (each) => `GRANT EXECUTE ON FUNCTION pg_catalog.${each} TO ${identifier};`,
    );
    const functions = notCallable.map((each) => each.replace(/\(.*/, '')).join(', ');
    return problemFinding('terminate', `Role ${name} may not call ${functions}.`, bySql(...grants));
  }
  return okFinding('terminate', `Role ${name} may end other roles' sessions (pg_signal_backend).`);
}

/** Whether a run sees other roles' sessions. Without the privilege most columns of their rows are null. */
export function checkVisibility({ role, snapshot }: RoleFacts): DoctorFinding {
  const name = cleanName(role.name);
  const missing = missingGrant(role, 'pg_read_all_stats', majorVersion(snapshot));
  if (missing === null)
    return okFinding('visibility', `Role ${name} sees other roles' sessions (pg_read_all_stats).`);
  return problemFinding(
    'visibility',
    `Role ${name} cannot see other roles' sessions: ${missing.found}.`,
    missing.mend,
  );
}

/** How our role lacks a predefined role that it needs, or null when it has it. */
export function missingGrant(
  role: OwnRole,
  needed: keyof OwnRole['grants'],
  major: number,
): { readonly found: string; readonly mend: Mend } | null {
  const identifier = quoteIdentifier(role.name);
  switch (role.grants[needed]) {
    case 'usable':
      return null;
    case 'not-inherited': {
      // Up to 15 the member has the attribute INHERIT, from 16 on each grant has its own.
      const sql =
        major >= 16
          ? `GRANT ${needed} TO ${identifier} WITH INHERIT TRUE;`
          : `ALTER ROLE ${identifier} INHERIT;`;
      return { found: `it is a member of ${needed} but does not inherit its rights`, mend: bySql(sql) };
    }
    case 'missing':
    case 'no-such-role':
      return { found: `${needed} is missing`, mend: bySql(`GRANT ${needed} TO ${identifier};`) };
    default: {
      const never: never = role.grants[needed];
      return never;
    }
  }
}
