import { describe, expect, test } from 'vitest';
import { examineServer } from '../../../functions/core/doctor/doctor.ts';
import { namesLostHere, namesLostSomewhere } from '../../../functions/core/doctor/lost-names.ts';
import { aPolicy, aSnapshot } from '../../support/builders.ts';
import { someFacts } from '../../support/doctor-facts.ts';

const POLICY = aPolicy({
  include: { applications: ['*', 'größe*'] },
  protect: { applications: ['web', 'josé'], users: ['rené'] },
});
const on = (version: string, flavor: 'postgresql' | 'gaussdb' = 'postgresql') =>
  aSnapshot({ server: { version, flavor } });

describe('A pattern of application names with characters other than ASCII', () => {
  test('is said to match nothing on some servers where none is known', () => {
    expect(namesLostSomewhere(POLICY)).toEqual([
      'include.applications[1] "größe*" matches nothing on PostgreSQL 14 and 15 and on GaussDB: they drop characters other than ASCII from application names.',
      'protect.applications[1] "josé" matches nothing on PostgreSQL 14 and 15 and on GaussDB: they drop characters other than ASCII from application names.',
    ]);
    expect(namesLostSomewhere(aPolicy({ protect: { applications: ['jos\\xc3\\xa9', '*'] } }))).toEqual([]);
  });

  test.each([
    ['14.23', 'postgresql', 'PostgreSQL 14'],
    ['15.18 (Debian 15.18-0+deb12u1)', 'postgresql', 'PostgreSQL 15'],
    ['GaussDB 8.1.3', 'gaussdb', 'GaussDB 8.1.3'],
  ] as const)('matches nothing on %s', (version, flavor, product) => {
    expect(namesLostHere(POLICY, on(version, flavor))).toEqual([
      `include.applications[1] "größe*" matches nothing on ${product}: it drops characters other than ASCII from application names.`,
      `protect.applications[1] "josé" matches nothing on ${product}: it drops characters other than ASCII from application names.`,
    ]);
  });

  test.each(['16.14', '18.4', '19beta1', 'unknown'])('is not spoken of on %s', (version) => {
    expect(namesLostHere(POLICY, on(version))).toEqual([]);
    expect(examineServer(someFacts({ version }), POLICY).map(({ check }) => check)).not.toContain(
      'application-names',
    );
  });

  test('is a problem to the doctor where it matches nothing, and worth a line without a policy', () => {
    const of14 = (policy: typeof POLICY | null) =>
      examineServer(someFacts({ version: '14.23' }), policy).find(
        ({ check }) => check === 'application-names',
      );
    expect(of14(POLICY)).toMatchObject({
      standing: 'problem',
      found: expect.stringContaining('protect.applications[1] "josé" matches nothing on PostgreSQL 14'),
    });
    expect(of14(null)).toMatchObject({
      standing: 'ok',
      found: expect.stringContaining('matches nothing here'),
    });
    expect(of14(aPolicy({}))?.standing).toBe('ok');
  });
});
