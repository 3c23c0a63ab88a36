import { describe, expect, test } from 'vitest';
import {
  ROLE_FLAVORS,
  type RoleRequest,
  roleNameProblem,
  roleSql,
} from '../../../functions/core/doctor/role-sql.ts';

const REQUEST: RoleRequest = { flavor: 'postgresql', version: 18, role: 'headroom' };

/** What is not a comment: what would run. */
function statements(request: Partial<RoleRequest> = {}): readonly string[] {
  return roleSql({ ...REQUEST, ...request })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'));
}

const ONLY_OURS = [
  'REVOKE ALL ON DATABASE "headroom" FROM PUBLIC;',
  'GRANT CONNECT ON DATABASE "headroom" TO "headroom";',
];
const PATH_AND_DATABASE = [
  'ALTER ROLE "headroom" SET search_path = pg_catalog, pg_temp;',
  `CREATE DATABASE "headroom" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';`,
  ...ONLY_OURS,
];

describe('The role', () => {
  test('is made without a password, with a small limit and three grants, with a path and a database of its own', () => {
    expect(statements()).toEqual([
      'CREATE ROLE "headroom" LOGIN PASSWORD NULL CONNECTION LIMIT 5;',
      'GRANT pg_signal_backend TO "headroom";',
      'GRANT pg_read_all_stats TO "headroom";',
      'GRANT pg_use_reserved_connections TO "headroom";',
      ...PATH_AND_DATABASE,
    ]);
  });

  test('is granted no reserve before 16, where there is none to grant', () => {
    const before = { ...REQUEST, version: 15 };
    expect(statements(before)).toHaveLength(3 + PATH_AND_DATABASE.length);
    expect(roleSql(before)).not.toMatch(/reserved_connections/);
  });

  test('is the same on RDS, where settings are a parameter group’s and IAM may stand in for the password', () => {
    const onRds = { ...REQUEST, flavor: 'rds' } as const;
    expect(statements(onRds)).toEqual(statements());
    expect(roleSql(onRds)).toMatch(/--\s+GRANT rds_iam TO "headroom";/);
    expect(roleSql(onRds)).toMatch(/parameter group \(static, so it needs a reboot\)/);
    expect(roleSql(onRds)).not.toMatch(/ALTER SYSTEM/);
  });

  test('is untested on GaussDB, and says so', () => {
    const onGaussdb = { ...REQUEST, flavor: 'gaussdb' } as const;
    expect(statements(onGaussdb)).toEqual([
      'CREATE USER "headroom" CONNECTION LIMIT 5 PASSWORD DISABLE;',
      'GRANT gs_role_signal_backend TO "headroom";',
      'GRANT gs_role_read_all_stats TO "headroom";',
      `CREATE DATABASE "headroom" TEMPLATE template0 ENCODING 'UTF8';`,
      ...ONLY_OURS,
    ]);
    expect(roleSql(onGaussdb)).toContain('NOT TESTED');
  });

  test('has its name quoted wherever it stands', () => {
    const naming = statements({ role: 'On "call"' }).filter(
      (line) => !/^(CREATE|REVOKE ALL ON) DATABASE/.test(line),
    );
    expect(naming.every((line) => line.includes('"On ""call"""'))).toBe(true);
  });
});

test.each(ROLE_FLAVORS.flatMap((flavor) => [14, 18].map((version) => ({ flavor, version }))))(
  'the script for $flavor $version fits a terminal',
  (request) => {
    const lines = roleSql({ ...REQUEST, ...request }).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  },
);

describe('A role’s name', () => {
  test.each(['headroom', 'On call', 'rôle', 'a'.repeat(63)])('may be %j', (name) => {
    expect(roleNameProblem(name)).toBeNull();
  });

  test.each(['', 'a'.repeat(64), 'é'.repeat(32), 'a\nb', '\u202eabc', 'pg_monitor', 'public', 'none'])(
    'may not be %j',
    (name) => {
      expect(roleNameProblem(name)).toMatch(/^Allowed are /);
    },
  );
});
