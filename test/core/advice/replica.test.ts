import { describe, expect, test } from 'vitest';
import type { AdviceCase } from './an-advice-case.ts';
import { CASES } from './cases.ts';
import { adviceOn, caseOf, textsOn } from './said.ts';

/** The same incident on a read replica. */
function onReplica({ record, diagnosis }: AdviceCase): AdviceCase {
  const { snapshot } = record;
  if (snapshot === null) throw new Error('There is no snapshot');
  const server = { ...snapshot.server, isReplica: true };
  return { record: { ...record, snapshot: { ...snapshot, server } }, diagnosis };
}

const CHANGES_A_ROLE = /ALTER (ROLE|DATABASE)|CONNECTION LIMIT (=|to|of)? ?\d/;
const said = (incident: AdviceCase) =>
  adviceOn(incident).flatMap(({ text, paste }) => [text, ...(paste?.lines ?? []), ...(paste?.undo ?? [])]);

describe('Advice on a read replica', () => {
  test.each(Object.entries(CASES))('changes no role and no database: %s', (_, incident) => {
    expect(said(onReplica(incident)).filter((line) => CHANGES_A_ROLE.test(line))).toEqual([]);
  });

  test('is not easy: on a primary most of these incidents change one', () => {
    const changing = Object.values(CASES).filter((each) =>
      said(each).some((line) => CHANGES_A_ROLE.test(line)),
    );
    expect(changing.length).toBeGreaterThan(8);
  });

  test('says for a leak where limit and timeout are set, and computes neither', () => {
    expect(textsOn(onReplica(caseOf('leak'))).slice(1, 3)).toEqual([
      'Role billing held 41 sessions here. This is a read replica: set the CONNECTION LIMIT of role billing on the primary. The primary and each replica then allow this many sessions each, so choose a value that suits all of them.',
      'End idle sessions with idle_session_timeout for role billing. Set it on the primary: it then applies to new sessions there and on all of its replicas, so choose a value that suits all of them.',
    ]);
  });
});
