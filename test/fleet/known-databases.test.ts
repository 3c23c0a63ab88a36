import { expect, test } from 'vitest';
import { knownDatabases } from '../../functions/fleet/known-databases.ts';
import { someSlots } from '../support/builders.ts';

test('A warm function remembers the slots, the settings and the tries of each database apart', () => {
  const known = knownDatabases();
  known('one').slots.keep(someSlots({ max: 60 }), 'start');
  known('one').slots.checked(1_000);
  known('one').startup.keep('since-17');
  expect(known('one').slots.of('start', 2_000)).toMatchObject({ max: 60 });
  expect(known('two').slots.of('start', 2_000)).toBeNull();
  expect([known('one').startup.now(), known('two').startup.now()]).toEqual(['since-17', 'unknown']);
});

test('It forgets the database that ran longest ago before it remembers too many', () => {
  const known = knownDatabases();
  const first = known('first');
  for (let at = 0; at < 999; at += 1) known(`db ${at}`);
  expect(known('first')).toBe(first);
  known('one more');
  expect(known('first')).toBe(first);
  for (let at = 0; at < 1_000; at += 1) known(`other ${at}`);
  expect(known('first')).not.toBe(first);
});
