import { describe, expect, test } from 'vitest';
import { parseAttention } from '../../../functions/core/fleet/attention.ts';
import { policyInForce } from '../../../functions/core/fleet/policy-in-force.ts';
import { parseRunEvent, runEventOf } from '../../../functions/core/fleet/run-event.ts';
import { FLEET_NOW, registered } from '../../support/fleet.ts';

const event = runEventOf(registered({ policy: 'strict' }), 'refusal', FLEET_NOW);

describe('The event of a run', () => {
  test('is read as it was written', () => {
    expect(parseRunEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });

  test.each([
    null,
    'x',
    {},
    { ...event, fleet: 2 },
    { ...event, database: 'orders' },
    { ...event, database: 'cell#switch' },
    { ...event, trigger: 'manual' },
    { ...event, at: 'soon' },
    { ...event, at: 7 },
  ])('is none in %j', (given) => {
    expect(parseRunEvent(given)).toBeNull();
  });

  test('brings nothing else, and no name that could be no policy', () => {
    const forged = { ...event, host: 'evil', mode: 'enforce', policy: 'a#b' };
    expect(parseRunEvent(forged)).toEqual({ ...event, policy: 'default' });
  });
});

describe('The policy in force', () => {
  const copy = (text: string | null, problem: string | null = null) => ({
    name: 'strict',
    text,
    hash: 'h',
    etag: null,
    problem,
    copiedAt: 'now',
  });

  test('names a mode only if its text does', () => {
    expect(policyInForce('strict', copy('{}'))).toMatchObject({ mode: null, hash: 'h', problem: null });
    expect(policyInForce('strict', copy('{"mode":"observe"}'))).toMatchObject({
      mode: 'observe',
      problem: null,
    });
  });

  test('without a name is built in, unless there is one for all', () => {
    expect(policyInForce(null, null)).toMatchObject({
      name: 'default',
      hash: null,
      mode: null,
      problem: null,
    });
    expect(policyInForce(null, copy('{"mode":"off"}'))).toMatchObject({ mode: 'off' });
  });

  test.each([
    ['is not there', null],
    ['has no text', copy(null, 'it never parsed')],
    ['does not parse', copy('{"mode":"louder"}')],
    ['is no JSON', copy('{')],
  ])('that %s lets its databases observe', (_what, found) => {
    expect(policyInForce('strict', found)).toMatchObject({ mode: null, problem: expect.any(String) });
  });

  test('keeps its last rules beside the problem of a newer text', () => {
    const found = policyInForce('strict', copy('{"limits":{"maxVictims":3}}', 'no JSON'));
    expect(found).toMatchObject({ problem: 'no JSON', policy: { limits: { maxVictims: 3 } } });
  });
});

test('Attention that cannot be read asks for a run in each period', () => {
  expect(parseAttention({ failures: -1 })).toMatchObject({ incident: true, failures: 0 });
  expect(parseAttention({})).toMatchObject({ incident: false });
});
