import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Advice } from '../../../functions/core/advice/advice.ts';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { isPlainlyVisible } from '../../../functions/core/base/clean-text.ts';
import { quoteIdentifier } from '../../../functions/core/base/sql-text.ts';
import { CAUSES, type Cause } from '../../../functions/core/diagnosis/cause.ts';
import { aLogLines, aRefused, HOUR } from '../../support/builders.ts';
import { anAdviceCase } from './an-advice-case.ts';

const STATES = ['idle', 'active', 'idle in transaction'] as const;
const PREFIXES = ['', 'psql', 'DBeaver ', 'flink-', 'postgres_exporter '];
const HOSTILE = [
  'web\nDROP DATABASE orders;',
  '"; DROP ROLE postgres; --',
  "'; SELECT 1; --",
  '\u202eabc',
  'https://evil.example',
  '\u001b[2J',
  'a  b',
  'back\\slash',
];

/** An incident in which everything that clients and administrators choose has this name. */
function adviceFor(name: string, application: string, cause: Cause, state: string): readonly Advice[] {
  const refused = [aRefused({ user: name, database: name, address: name, count: 30 })];
  const group = { count: 57, application, user: name, database: name, state, fromAgeMs: 2 * HOUR };
  const { record, diagnosis } = anAdviceCase({
    groups: [group],
    cause,
    opening: { perHour: 25, spanMs: HOUR, sinceMs: HOUR, fullInMs: 0 },
    slots: { roles: [{ name, limit: 57 }], databases: [{ name, limit: 57 }] },
    trigger: aLogLines({ refused }),
    change: (snapshot) => ({
      ...snapshot,
      sessions: snapshot.sessions.map((each, at) =>
        cause === 'lock-pile-up' && at > 6 ? { ...each, blockedBy: [4_200] } : each,
      ),
    }),
  });
  return adviseOn(record, diagnosis);
}

const names = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
);

describe('whatever clients call themselves', () => {
  const property = (check: (advice: Advice, name: string) => void) =>
    fc.assert(
      fc.property(
        names,
        fc.constantFrom(...PREFIXES),
        fc.constantFrom(...CAUSES),
        fc.constantFrom(...STATES),
        (name, prefix, cause, state) => {
          for (const advice of adviceFor(name, prefix + name, cause, state)) check(advice, name);
        },
      ),
      { numRuns: 400 },
    );

  test('what is said is printable, on one line, and holds no link', () => {
    property(({ text }) => {
      expect(isPlainlyVisible(text)).toBe(true);
      expect(text).not.toContain('://');
    });
  });

  test('what is pasted is printable, and has names as quoted identifiers only', () => {
    property(({ paste }, name) => {
      for (const line of [...(paste?.lines ?? []), ...(paste?.undo ?? [])]) {
        expect(isPlainlyVisible(line)).toBe(true);
        expect(line).not.toContain('://');
        const owner =
          /^ALTER (?:ROLE|DATABASE) (.+?) (?:CONNECTION LIMIT -?\d+|SET \w+ = '?\w+'?|RESET \w+);$/u.exec(
            line,
          );
        if (line.startsWith('ALTER ') && !line.startsWith('ALTER SYSTEM'))
          expect(owner?.[1]).toBe(quoteIdentifier(name));
      }
    });
  });

  test('the property meets statements of every kind that has a name in it', () => {
    const lines = CAUSES.flatMap((cause) =>
      STATES.flatMap((state) => adviceFor('a"b', 'web', cause, state)),
    ).flatMap(({ paste }) => paste?.lines ?? []);
    for (const part of [
      'CONNECTION LIMIT',
      'SET idle_session_timeout',
      'SET statement_timeout',
      'pg_cancel',
      'pg_terminate',
    ])
      expect(lines.join('\n')).toContain(part);
  });
});
