import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { findingsOf } from '../../../functions/core/base/schema-findings.ts';
import { warningOrder } from '../../../functions/core/declaration/warning-order.ts';
import {
  warningsDeclaration,
  warningsText,
} from '../../../functions/core/declaration/warnings-declaration.ts';
import { parseWarnings } from '../../../functions/core/warning/parse-warnings.ts';
import { DEFAULT_WARNINGS } from '../../../functions/core/warning/warning-settings.ts';

const NIGHTS = { from: '22:00', to: '07:00', zone: 'Europe/Berlin' };
const problems = (declared: unknown) => {
  const parsed = z.safeParse(z.object({ warnings: warningsDeclaration() }), { warnings: declared });
  return parsed.success
    ? []
    : findingsOf(parsed.error, { warnings: declared }).map(({ path, allowed }) => `${path}: ${allowed}`);
};

describe('Declared warnings', () => {
  test.each(['off', {}, { tiers: [80] }, { tiers: [45, 60, 80, 99] }, { quietHours: NIGHTS }])(
    'may be %j',
    (declared) => {
      expect(problems(declared)).toEqual([]);
    },
  );

  test.each([
    'on',
    { tiers: [] },
    { tiers: [90, 80] },
    { tiers: [44] },
    { tiers: [75, 100] },
    { tiers: [75.5] },
    { tiers: [50, 60, 70, 80, 90] },
    { tier: [75] },
    { quietHours: { ...NIGHTS, to: '22:00' } },
    { quietHours: { ...NIGHTS, from: '24:00' } },
    { quietHours: { ...NIGHTS, zone: '+01:00' } },
    { quietHours: { from: '22:00', to: '07:00' } },
  ])('may not be %j, and the error says what they may be', (declared) => {
    expect(problems(declared)).toEqual([expect.stringMatching(/^warnings[.a-zA-Z[\]0-9]*: ./)]);
  });
});

describe('The variable of the function', () => {
  const read = (text: string | undefined) => z.parse(warningsText(), text);

  test('has the defaults for what is left out', () => {
    expect(read(undefined)).toEqual(DEFAULT_WARNINGS);
    expect(read('{}')).toEqual(DEFAULT_WARNINGS);
    expect(read('{"tiers":[80]}')).toEqual({ tiers: [80], quietHours: null });
    expect(read(JSON.stringify({ quietHours: NIGHTS }))).toEqual({ ...DEFAULT_WARNINGS, quietHours: NIGHTS });
    expect(read('off')).toBeNull();
  });

  test.each(['', '{', 'on', '{"tiers":[]}'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow();
  });
});

describe('What a run hands on to its report', () => {
  test('names the host where RDS knows it', () => {
    const host = 'orders.c1a2b3.eu-west-1.rds.amazonaws.com';
    expect(warningOrder(DEFAULT_WARNINGS, host)).toEqual({ ...DEFAULT_WARNINGS, rdsHost: host });
    expect(warningOrder(DEFAULT_WARNINGS, 'db.example.com')).toMatchObject({ rdsHost: null });
    expect(warningOrder(null, host)).toBeNull();
  });

  test('is read as it was written, and is the default where it is missing or not understood', () => {
    const order = { tiers: [80], quietHours: NIGHTS, rdsHost: null };
    expect(parseWarnings(order)).toEqual(order);
    expect(parseWarnings(null)).toBeNull();
    for (const given of [
      undefined,
      'x',
      { tiers: [] },
      { ...order, quietHours: { ...NIGHTS, zone: 'Mars' } },
    ])
      expect(parseWarnings(given)).toEqual({ ...DEFAULT_WARNINGS, rdsHost: null });
  });
});
