import { describe, expect, test } from 'vitest';
import {
  NEW_CELL,
  parseCellState,
  parsePolicyCopy,
  parseRungs,
  parseSwitch,
  policyItemKey,
  policyNameIn,
  switchText,
} from '../../../functions/core/fleet/cell-items.ts';
import { FLEET_NOW } from '../../support/fleet.ts';

describe('A switch', () => {
  const known = {
    mode: 'observe',
    by: 'alice',
    at: null,
    reason: 'deploy',
    until: '2026-11-29T03:00:00.001Z',
    problem: null,
  } as const;

  test('is read as it was written, until it ends', () => {
    expect(parseSwitch(switchText(known), FLEET_NOW)).toEqual(known);
    expect(parseSwitch(switchText(known), FLEET_NOW + 1)).toBeNull();
  });

  test('is none where there is no text', () => {
    expect(parseSwitch(undefined, FLEET_NOW)).toBeNull();
  });

  test.each(['', 'null', 'true', '{"mode":"off"'])('that reads %j lets nothing end, and says why', (text) => {
    expect(parseSwitch(text, FLEET_NOW)).toMatchObject({ mode: 'observe', problem: expect.any(String) });
  });

  test.each(['{}', '{"mode":"louder"}', '{"mode":["enforce"]}', '{"mode":"Off"}'])(
    'that reads %j is off, and says why',
    (text) => {
      expect(parseSwitch(text, FLEET_NOW)).toMatchObject({ mode: 'off', problem: expect.any(String) });
    },
  );

  test('whose end cannot be read has no end', () => {
    expect(parseSwitch('{"mode":"observe","until":"soon"}', FLEET_NOW)?.mode).toBe('observe');
    expect(parseSwitch('{"mode":"observe","until":7}', FLEET_NOW)?.mode).toBe('observe');
  });
});

describe('A copy of a policy', () => {
  test('is that of its name', () => {
    const copy = { name: 'strict', text: '{}', hash: 'h', etag: null, problem: null, copiedAt: 'now' };
    expect(parsePolicyCopy('strict', JSON.stringify(copy))).toEqual(copy);
    expect(parsePolicyCopy('mild', JSON.stringify(copy))).toBeNull();
    expect(policyNameIn(policyItemKey('strict'))).toBe('strict');
    expect(policyNameIn('cell#switch')).toBeNull();
  });
});

describe('The state of a cell', () => {
  test('is a new one where it cannot be read', () => {
    expect(parseCellState(undefined)).toEqual(NEW_CELL);
    expect(parseCellState('{"told":7}')).toEqual(NEW_CELL);
    expect(parseCellState('{"apiAwaySince":"2026"}')).toEqual({ ...NEW_CELL, apiAwaySince: '2026' });
  });
});

describe('The rungs', () => {
  test('are swept where a word is unknown, and unknown where the text cannot be read', () => {
    const text = JSON.stringify({ at: 'now', groups: [{ group: 'g', rung: 'bird', why: null }] });
    expect(parseRungs(text)?.groups).toEqual([{ group: 'g', rung: 'sweep', why: null }]);
    expect(parseRungs('{}')).toBeNull();
  });
});
