import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duplicateKeys } from '../../../functions/core/base/duplicate-keys.ts';

test.each([
  ['{"a":1,"a":2}', ['a']],
  ['{"a":{"b":1,"c":"b","b":[]}}', ['a.b']],
  ['[{"a":1},{"a":1}]', []],
  ['{"a":{"a":1},"b":["a","a"]}', []],
  ['{"a":1,"\\u0061":2}', ['a']],
  ['{"x\\":{":1 , "x\\":{" : 2}', ['["x\\":{"]']],
  ['{"l":[{"k":1},{"k":1,"k":2}]}', ['l[1].k']],
  ['{"l":[[1,2],{"m":["a,b",{"k":1,"k":2}]}]}', ['l[1].m[1].k']],
  ['{"":1,"":2}', ['[""]']],
  ['"a"', []],
])('Of %s these are twice: %j', (text, keys) => {
  expect(duplicateKeys(text)).toEqual(keys);
});

test('No key that JSON.stringify writes is twice', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
      expect(duplicateKeys(JSON.stringify(value, null, indent))).toEqual([]);
    }),
  );
});
