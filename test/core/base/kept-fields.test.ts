import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { fields, list, text, textOrNull, withDefaults } from '../../../functions/core/base/kept-fields.ts';

const server = fields({ version: text, provider: z._default(textOrNull, null) });
const schema = fields({
  id: text,
  server: z.nullable(server),
  notes: z._default(list(server), []),
  later: z.optional(text),
});

test('What an older value lacks gets its default, at any depth', () => {
  const read = withDefaults(schema, { id: 'a', server: { version: '16' } });
  expect(read).toStrictEqual({ id: 'a', server: { version: '16', provider: null }, notes: [] });
});

test('What a newer value has stays as it is, unknown keys and words included', () => {
  const newer = { id: 1, server: null, notes: [{ version: '99' }], later: 'b', unknown: { deep: true } };
  expect(withDefaults(schema, newer)).toStrictEqual(newer);
});
