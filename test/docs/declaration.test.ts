import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ALL_SETTINGS } from '../../functions/core/declaration/server-settings.ts';
import { defaultOf, placesTable, reportingTable, serverTable } from './declaration-tables.ts';
import { withTable } from './with-table.ts';

const DOCUMENT = new URL('../../docs/guide/declaration.md', import.meta.url);
/** `UPDATE_GOLDEN=1 npx vitest run test/docs/declaration.test.ts` writes the tables anew. */
const REWRITE = process.env.UPDATE_GOLDEN === '1';

test('the document has every setting of a server, with what is allowed and its default', () => {
  const tables = { server: serverTable(), reporting: reportingTable(), places: placesTable() };
  const written = readFileSync(DOCUMENT, 'utf8');
  const expected = Object.entries(tables).reduce(
    (document, [name, table]) => withTable(document, name, table),
    written,
  );
  if (REWRITE) writeFileSync(DOCUMENT, expected);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(expected);
});

/** What the properties of the construct are said to be. */
const docstrings = ['server-remediation-props', 'server-login'].flatMap((file) => {
  const source = readFileSync(new URL(`../../infra/constructs/${file}.ts`, import.meta.url), 'utf8');
  return [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)\??:/g)].map(
    ([, text = '', property = '']) => {
      const [about = '', otherwise] = text.replaceAll(/\s*\n\s*\* ?|^\s+|\s+$/g, ' ').split('@default');
      return { property, about: about.trim(), otherwise: otherwise?.trim() };
    },
  );
});

const PLAIN = ALL_SETTINGS.filter(
  ([, { declared, byStacks }]) => declared !== undefined && byStacks !== true,
);

test.each(PLAIN)(
  'the property for %s is explained in the words of the table',
  (key, { about, property = key }) => {
    const byDefault = defaultOf(key);
    // A value stands for itself; words come after a hyphen, as the CDK writes them.
    const otherwise = byDefault?.startsWith('`')
      ? byDefault.replaceAll('`', '')
      : byDefault && `- ${byDefault}`;
    expect(docstrings.filter((each) => each.property === property)).toEqual([
      { property, about, otherwise: otherwise ?? undefined },
    ]);
  },
);
