import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentOf, SECTIONS } from './document.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/evidence/clients.md');
/** `UPDATE_GOLDEN=1 npx vitest run test/clients/document.test.ts` writes the page anew. */
const REWRITE = process.env.UPDATE_GOLDEN === '1';

test('the page says what the tests prove', () => {
  const expected = documentOf(Object.values(SECTIONS));
  if (REWRITE) writeFileSync(DOCUMENT, expected);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(expected);
});

test.each(Object.entries(SECTIONS))(
  'the rows of %s are proven by the file that they name',
  (name, section) => {
    const source = readFileSync(join(import.meta.dirname, section.provenBy), 'utf8');
    expect(source).toMatch(new RegExp(`proveRows\\(\\s*${name},`, 'm'));
  },
);
