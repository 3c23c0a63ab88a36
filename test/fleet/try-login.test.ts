import { describe, expect, test } from 'vitest';
import type { RegisteredDatabase } from '../../functions/core/fleet/registry-item.ts';
import { requireRunEvent } from '../../functions/fleet/require-run-event.ts';
import { tryLogin } from '../../functions/fleet/try-login.ts';
import { registered } from '../support/fleet.ts';

const IN = { isIn: true, code: null, refusals: [] };

async function tryOn(database: RegisteredDatabase | null) {
  const tried: RegisteredDatabase[] = [];
  const answer = tryLogin(
    { proof: 1, database: registered().key },
    {
      readDatabase: async () => database,
      logIn: async (each) => {
        tried.push(each);
        return IN;
      },
      log: () => {},
    },
  );
  return { answer: await answer.catch(({ code }) => code), tried };
}

describe('A login for a proof', () => {
  test.each<[string, Partial<RegisteredDatabase>]>([
    ['is tagged', {}],
    ['lost its tag', { tag: 'absent', standing: 'untagged' }],
    ['is tagged off', { tag: 'off', standing: 'skipped', why: 'off' }],
  ])('is tried whatever the registry says of the tag: %s', async (_, given) => {
    const database = registered(given);
    expect(await tryOn(database)).toEqual({ answer: IN, tried: [database] });
  });

  test.each<[string, RegisteredDatabase | null]>([
    ['that the registry does not have', null],
    [
      'that is gone, whose address may be another one by now',
      registered({ standing: 'skipped', why: 'gone' }),
    ],
    ['without an address', registered({ host: null })],
    ['that a construct cares for', registered({ standing: 'declared', declaredAs: 'orders' })],
    ['of a kind that we do not know', registered({ standing: 'unsupported', why: 'custom' })],
  ])('is not tried on a database %s', async (_, database) => {
    expect(await tryOn(database)).toEqual({ answer: 'event-refused', tried: [] });
  });
});

test('An event that is a run and a login at once is the login, which ends no session', () => {
  const { key } = registered();
  const both = { proof: 1, fleet: 1, database: key, trigger: 'refusal', at: '2026-11-29T03:00:00Z' };
  expect(requireRunEvent(both)).toEqual({ proof: 1, database: key });
  expect(() => requireRunEvent({ proof: 2, database: key })).toThrow(/expected \{"fleet":1/);
});
