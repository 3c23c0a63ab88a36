import { describe, expect, test } from 'vitest';
import { databaseKey, parseDatabaseKey, shareOf } from '../../../functions/core/fleet/database-key.ts';

describe('The key of a database', () => {
  test('is read as it was written', () => {
    const place = { vpc: 'vpc-0abc', resource: 'db-M5ENSHXFPU6XHZ4G4ZEI5QIO2U' };
    expect(parseDatabaseKey(databaseKey(place))).toEqual(place);
  });

  test.each([
    '',
    'db-A',
    'vpc-0abc#',
    '#db-A',
    'vpc-0abc#db-a',
    'vpc-0abc#db-A#db-B',
    'cell#switch',
    ' vpc-0abc#db-A',
    'vpc-0abc#db-A\n',
    'vpc-*#db-A',
    null,
    7,
    {},
  ])('is none in %j', (text) => {
    expect(parseDatabaseKey(text)).toBeNull();
  });
});

describe('The share of a resource id', () => {
  test('is the same in every process', () => {
    expect(shareOf('db-ORDERS').toFixed(6)).toBe('0.289917');
  });

  test('spreads ids that differ little over the whole range', () => {
    const tenths = Array.from({ length: 1_000 }, (_, at) => Math.floor(shareOf(`db-ABCDEFGH${at}`) * 10));
    const counts = Array.from({ length: 10 }, (_, tenth) => tenths.filter((each) => each === tenth).length);
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(150);
  });
});
