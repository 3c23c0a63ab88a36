import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BUILTIN_APPLICATIONS } from '../../functions/core/server/builtin-protections.ts';
import { technologyOf } from '../../functions/core/server/client-technology.ts';
import { nameMatcher } from '../../functions/core/server/name-pattern.ts';
import { POOLER_APPLICATIONS } from '../../functions/core/server/pooler-names.ts';
import { statementShape } from '../../functions/core/server/statement-shape.ts';
import { TECHNOLOGIES, type TechnologyKind } from '../../functions/core/server/technologies.ts';
import { NAME_SIGNS, STATEMENT_SIGNS } from '../../functions/core/server/technology-table.ts';
import { nameTable, statementTable } from './technology-tables.ts';
import { withTable } from './with-table.ts';

const DOCUMENT = new URL('../../docs/operate/technologies.md', import.meta.url);
/** `UPDATE_GOLDEN=1 npx vitest run test/docs/technologies.test.ts` writes the tables anew. */
const REWRITE = process.env.UPDATE_GOLDEN === '1';

test('the document has every sign of the table, with its source', () => {
  const written = readFileSync(DOCUMENT, 'utf8');
  const expected = withTable(withTable(written, 'names', nameTable()), 'statements', statementTable());
  if (REWRITE) writeFileSync(DOCUMENT, expected);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(expected);
});

/** A project with a file, an issue of a project, or the reason why there is none. */
const SOURCE = /^(?:[\w.-]+\/[\w.-]+ (?:\S+\.\w+|issue \d+)|no default of its own: |closed program: )/;

test('each sign has a source, and what is certain has one that shows it', () => {
  for (const { source, isCertain, by } of [...NAME_SIGNS, ...STATEMENT_SIGNS]) {
    expect(source).toMatch(SOURCE);
    if (isCertain) expect([by.length, source.startsWith('no default')]).toEqual([1, false]);
  }
});

/** As their clients leave them, with what each implies. Without a default name, as administrators write it. */
test.each<[string, TechnologyKind]>([
  ['postgres.js', 'pool'],
  ['vertx-pg-client', 'pool'],
  ['r2dbc-postgresql', 'pool'],
  ['crystal', 'pool'],
  ['unicorn worker[0] -c config/unicorn.rb', 'pool'],
  ['PhpStorm 2021.3.1', 'graphical tool'],
  ['WebStorm 2025.1', 'graphical tool'],
  ['Rider 2025.1', 'graphical tool'],
  ['RubyMine 2025.1', 'graphical tool'],
  ['usql', 'console'],
  ['CloudBeaver CE Server 25.1.0 - Main', 'graphical tool'],
  ['DbGate', 'graphical tool'],
  ['pg_activity', 'console'],
  ['temboard', 'monitoring'],
  ['otelcol', 'monitoring'],
  ['nri-postgresql', 'monitoring'],
  ['sql_exporter', 'monitoring'],
])('the name %j is in the document, as %s, with a source', (application, kind) => {
  expect(technologyOf(application, [])?.possible.map((name) => TECHNOLOGIES[name])).toContain(kind);
  const sign = NAME_SIGNS.find(({ name }) => nameMatcher([name])(application));
  const row = readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .find((line) => line.includes(`\`${sign?.name}\``));
  expect(row).toContain(`| ${kind} `);
  expect(row).toContain(sign?.source);
});

test('no sign stands in the table twice', () => {
  const names = NAME_SIGNS.map(({ name }) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  const statements = STATEMENT_SIGNS.map(({ statement }) => statement.source);
  expect(new Set(statements).size).toBe(statements.length);
});

test('each name of a pooler that the planner knows is in the table as one', () => {
  for (const pattern of POOLER_APPLICATIONS)
    expect(technologyOf(pattern.replace('*', ''), []), pattern).not.toBeNull();
});

test('each agent that the table knows for certain is protected', () => {
  const agents = NAME_SIGNS.filter(
    ({ by: [technology], isCertain }) => isCertain && TECHNOLOGIES[technology] === 'monitoring',
  );
  const isProtected = nameMatcher(BUILTIN_APPLICATIONS);
  expect(agents.length).toBeGreaterThan(3);
  for (const { name } of agents) expect(isProtected(name), name).toBe(true);
});

test.each(STATEMENT_SIGNS)('the example $example has the sign in its shape', ({ example, statement }) => {
  expect(statementShape(example)).toMatch(statement);
});
