import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fullnessOf, isServerFull } from '../../../functions/core/base/sqlstate.ts';

test.each([
  ['InitProcess', 'all', true],
  ['SomethingNewer', 'all', true],
  ['constructor', 'all', true],
  ['InitPostgres', 'reserved-left', true],
  ['CheckConnLimitation', 'administrators-left', true],
  ['ProcessStartupPacket', 'half-open', true],
  ['BackendInitialize', 'half-open', true],
  ['InitializeSessionUserId', 'role-limit', false],
  ['CheckMyDatabase', 'database-limit', false],
  ['', 'pooler', false],
] as const)('53300 of the routine "%s" is about %s; the server is full: %s', (routine, fullness, isFull) => {
  const answer = { sqlstate: '53300', routine };
  expect([fullnessOf(answer), isServerFull(answer)]).toEqual([fullness, isFull]);
});

test('another SQLSTATE does not say that the server is full', () => {
  expect(isServerFull({ sqlstate: '57P03', routine: 'InitPostgres' })).toBe(false);
  expect(fullnessOf({ sqlstate: '28P01', routine: 'auth_failed' })).toBeNull();
});

test('no other file compares a SQLSTATE of a refusal, or its routine', () => {
  const others = globSync('functions/**/*.ts').filter((file) => !file.endsWith('core/base/sqlstate.ts'));
  const found = others.filter((file) =>
    /'(?:53300|57P0\d|53200|3D000|28P01|42501|25P0\d)'|InitProcess|CheckConnLimitation|BackendInitialize/.test(
      readFileSync(file, 'utf8'),
    ),
  );
  expect(others.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});
