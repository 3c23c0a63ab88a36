import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ROOMS } from '../rooms.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();
const SOURCES = globSync('{functions,infra,build,test}/**/*.ts', { cwd: ROOT }).toSorted();

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');

/** The anchors of a document, as Markdown viewers make them of its headings. */
const anchorsOf = (document: string) =>
  [...read(document).matchAll(/^#{1,4} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

/** A reader who is told that a test shows something goes and looks. */
test.each(DOCUMENTS)('%s names tests, documents and folders that are there', (document) => {
  const named = [...read(document).matchAll(/\b(?:test|docs|functions|infra|build)\/[\w./-]*\w/g)].map(
    ([path]) => path,
  );
  expect(named.filter((path) => !existsSync(`${ROOT}${path}`))).toEqual([]);
});

const NAMES = new Set(SOURCES.map((path) => posix.basename(path)));

/** Evidence names files as they were called when something was measured. */
const PRESENT = DOCUMENTS.filter((document) => !document.startsWith('docs/evidence/'));

test.each(PRESENT)('%s names sources that are there, also without their folder', (document) => {
  const named = [...read(document).matchAll(/`([a-z][a-z0-9-]*(?:\.test)?\.ts)`/g)].map(
    ([, name = '']) => name,
  );
  expect(named.filter((name) => !NAMES.has(name))).toEqual([]);
});

test.each(DOCUMENTS)('%s links to documents and headings that are there', (document) => {
  const links = [...read(document).matchAll(/\]\(((?!https?:)[\w./-]*)(?:#([\w-]+))?\)/g)].map(
    ([, path = '', anchor]) => ({
      path: path === '' ? document : posix.join(posix.dirname(document), path),
      anchor,
    }),
  );
  const dead = links.filter(
    ({ path, anchor }) =>
      !existsSync(`${ROOT}${path}`) || (anchor !== undefined && !anchorsOf(path).includes(anchor)),
  );
  expect(dead).toEqual([]);
});

test('the picture of the floors has every room of the core', () => {
  const core = ROOMS.map(({ name }) => name.replace('functions/', '')).filter((name) =>
    name.startsWith('core/'),
  );
  expect(core.filter((name) => !read('docs/internals/architecture.md').includes(name))).toEqual([]);
});

/** Alarms, messages and comments send people to documents. */
test('what the code names of docs/ is there', () => {
  const named = SOURCES.flatMap((source) =>
    [...read(source).matchAll(/\bdocs\/[\w./-]*\.md\b/g)].map(([path]) => ({ source, path })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ path }) => !existsSync(`${ROOT}${path}`))).toEqual([]);
});

test('sections of the specification that tests cite are there', () => {
  const sections = [...read('docs/internals/specification.md').matchAll(/^## (\d+)\. /gm)].map(
    ([, number]) => number,
  );
  const cited = SOURCES.flatMap((source) =>
    [...read(source).matchAll(/specification §(\d+)(?: and §(\d+))?/gi)].flatMap(([, ...numbers]) => numbers),
  ).filter((number) => number !== undefined);
  expect(cited.length).toBeGreaterThan(2);
  expect(cited.filter((number) => !sections.includes(number))).toEqual([]);
});

test("the letters of the planner's scenarios are in the specification", () => {
  const listed = [...read('docs/internals/specification.md').matchAll(/^\| ([A-Z]) +\|/gm)].map(
    ([, letter]) => letter,
  );
  const scenarios = globSync('test/core/plan/*.test.ts', { cwd: ROOT });
  const used = scenarios.flatMap((path) =>
    [...read(path).matchAll(/id: ['`]([A-Z])[\d+]/g)].map(([, letter]) => letter),
  );
  expect([...new Set(used)].toSorted()).toEqual(listed.toSorted());
});
