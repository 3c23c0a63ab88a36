import { describe, expect, test } from 'vitest';
import { isInDoubt, quoteIdentifier } from '../../../functions/core/base/sql-text.ts';
import { examineServer } from '../../../functions/core/doctor/doctor.ts';
import { misconfigurationsIn } from '../../../functions/core/doctor/misconfigurations.ts';
import { fullTextOf } from '../../../functions/render/message/full-text.ts';
import { renderIncident } from '../../../functions/render/message/render-incident.ts';
import { someFacts } from '../../support/doctor-facts.ts';
import { runNamed } from '../../support/hostile.ts';

/** `?` stands for a byte of a name that means nothing here. A statement with it would fail, or name another role. */

const [READ, IN_DOUBT] = ['josé "x"', 'jos? "x"'];

test.each([READ, IN_DOUBT, '?', 'a"?', '\u202e?'])(
  'the statement on %j is told by its name alone',
  (name) => {
    expect(isInDoubt(`ALTER ROLE ${quoteIdentifier(name)} CONNECTION LIMIT 5;`)).toBe(name.includes('?'));
    expect(isInDoubt(`ALTER ROLE "app" SET a = '${name.replaceAll('"', '')}';`)).toBe(false);
  },
);

describe('A message', () => {
  const textOf = (name: string) => fullTextOf(runNamed(name));
  const steps = (name: string) => renderIncident(runNamed(name)).chat.content.nextSteps?.join('\n') ?? '';
  const statement = (name: string) => `ALTER ROLE ${quoteIdentifier(name)} CONNECTION LIMIT`;

  test('prints the statement on a name that was read', () => {
    expect(textOf(READ)).toContain(statement(READ));
    expect(textOf(READ)).not.toContain('No statement is printed');
  });

  test('prints none on a name in doubt, and says why', () => {
    expect(textOf(IN_DOUBT)).not.toContain(quoteIdentifier(IN_DOUBT));
    expect(textOf(IN_DOUBT).replaceAll(/\s+/g, ' ')).toContain('cap it at ');
    expect(textOf(IN_DOUBT).replaceAll(/\s+/g, ' ')).toContain('No statement is printed: "?" in a name');
    expect(steps(IN_DOUBT)).not.toContain(quoteIdentifier(IN_DOUBT));
  });
});

describe('The doctor', () => {
  const override = (role: string) => ({ setting: 'track_activities', value: 'off', role, database: null });
  const facts = someFacts({ overrides: [READ, IN_DOUBT].map(override) });

  test('prints statements on the names that were read, and says that there are others', () => {
    const wholes = [examineServer(facts), misconfigurationsIn(facts)];
    for (const findings of wholes) {
      const mend = findings.find(({ check }) => check === 'activity')?.mend;
      expect(mend?.sql).toEqual([`ALTER ROLE ${quoteIdentifier(READ)} RESET track_activities;`]);
      expect(mend?.note).toMatch(/^Statements on names with "\?" are not printed: /);
    }
  });
});
