import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportsOf, type Source } from './support/source-imports.ts';

const ROOT = `${import.meta.dirname}/..`;

/** Names that several files may export, each with the reason. Everything else has one name, and each name one meaning. */
const SHARED_EXPORTS: Readonly<Record<string, string>> = {
  handler: 'the entry point that Lambda calls: one in each function',
};

/** File names that several rooms may use, by rule. */
const SHARED_FILES: readonly {
  readonly rule: string;
  readonly allows: (paths: readonly string[]) => boolean;
}[] = [
  {
    rule: 'a command is called like what it shows',
    allows: (paths) => withoutOne(paths, (path) => path.startsWith('functions/commands/')).length === 1,
  },
  { rule: 'the two database flavours mirror their statements', allows: areMirrored },
];

const FLAVOURS = /^functions\/postgres\/(postgresql|gaussdb)\/sql\//;

function areMirrored(paths: readonly string[]): boolean {
  const flavours = paths.map((path) => FLAVOURS.exec(path)?.[1]);
  return (
    paths.length === 2 && flavours.every((flavour) => flavour !== undefined) && flavours[0] !== flavours[1]
  );
}

function withoutOne<Item>(items: readonly Item[], isIt: (item: Item) => boolean): readonly Item[] {
  const at = items.findIndex(isIt);
  return at < 0 ? items : items.toSpliced(at, 1);
}

type Named = { readonly name: string; readonly path: string };

/** Paths by name, of the names with more than one. */
function doublesIn(named: readonly Named[]): readonly [string, readonly string[]][] {
  return [...Map.groupBy(named, ({ name }) => name)]
    .map(([name, those]): [string, readonly string[]] => [name, those.map(({ path }) => path).toSorted()])
    .filter(([, paths]) => paths.length > 1);
}

function exportedBy(sources: readonly Source[]): readonly Named[] {
  return sources.flatMap((source) => exportsOf(source).map((name) => ({ name, path: source.path })));
}

function sharedExports(exported: readonly Named[]): readonly string[] {
  return doublesIn(exported)
    .filter(([name, paths]) => !Object.hasOwn(SHARED_EXPORTS, name) && !areMirrored(paths))
    .map(([name, paths]) => `${name} is exported by ${paths.join(' and ')}`);
}

function filesOf(paths: readonly string[]): readonly Named[] {
  return paths.map((path) => ({ name: posix.basename(path), path }));
}

function sharedFiles(paths: readonly string[]): readonly string[] {
  return doublesIn(filesOf(paths))
    .filter(([, those]) => !SHARED_FILES.some(({ allows }) => allows(those)))
    .map(([name, those]) => `${name} is the name of ${those.join(' and ')}`);
}

const SOURCES: readonly Source[] = globSync('{functions,infra,build}/**/*.ts', { cwd: ROOT }).map((found) => {
  const path = found.replaceAll('\\', '/');
  return { path, text: readFileSync(`${ROOT}/${path}`, 'utf8') };
});

const EXPORTED = exportedBy(SOURCES);
const PATHS = SOURCES.map(({ path }) => path);

describe('The sources', () => {
  test('export no name twice', () => {
    expect(EXPORTED.length).toBeGreaterThan(500);
    expect(sharedExports(EXPORTED)).toEqual([]);
  });

  test('have no file name twice', () => {
    expect(sharedFiles(PATHS)).toEqual([]);
  });

  test('need every exemption', () => {
    const names = doublesIn(EXPORTED).map(([name]) => name);
    expect(Object.keys(SHARED_EXPORTS).filter((name) => !names.includes(name))).toEqual([]);
    const files = doublesIn(filesOf(PATHS));
    const unused = SHARED_FILES.filter(({ allows }) => !files.some(([, paths]) => allows(paths)));
    expect(unused.map(({ rule }) => rule)).toEqual([]);
  });
});

describe('The check itself', () => {
  const check = (...sources: readonly Source[]) => sharedExports(exportedBy(sources));
  const plan = (text: string): Source => ({ path: 'functions/core/plan/plan.ts', text });
  const policy = (text: string): Source => ({ path: 'functions/core/policy/policy.ts', text });

  test.each([
    ['export function a() {}', 'export const a = 1;'],
    ['export type a = 1;', 'export interface a {}'],
    ['export class a {}', 'export const { a, b } = c;'],
    ['const b = 1;\nexport { b as a };', 'export async function a() {}'],
    ['export enum a {}', 'export const [a] = c;'],
  ])('catches a name that is exported twice: %j and %j', (one, other) => {
    expect(check(plan(one), policy(other))).toEqual([
      'a is exported by functions/core/plan/plan.ts and functions/core/policy/policy.ts',
    ]);
  });

  test('allows re-exports and inner names', () => {
    const sources = [
      plan("export { a } from '../policy/policy.ts';\nfunction b() {}"),
      policy('export const a = 1;\nconst c = () => { const b = 1; };\nexport default c;'),
    ];
    expect(check(...sources)).toEqual([]);
  });

  test('lets mirrored statements share names, and nothing else of the two flavours', () => {
    const of = (path: string): Source => ({ path, text: 'export const READ_LIMITS = 1;' });
    const sql = ['postgresql', 'gaussdb'].map((flavour) =>
      of(`functions/postgres/${flavour}/sql/read-limits.ts`),
    );
    expect(check(...sql)).toEqual([]);
    expect(check(...sql, of('functions/postgres/pooler/read-limits.ts'))).toHaveLength(1);
    expect(
      check(...['postgresql', 'gaussdb'].map((each) => of(`functions/postgres/${each}/a.ts`))),
    ).toHaveLength(1);
  });

  test.each([
    [['functions/core/plan/plan.ts', 'functions/commands/plan.ts'], 0],
    [['functions/postgres/postgresql/sql/try-lock.ts', 'functions/postgres/gaussdb/sql/try-lock.ts'], 0],
    [['functions/core/plan/plan.ts', 'functions/report/plan.ts'], 1],
    [['functions/core/plan/plan.ts', 'functions/commands/plan.ts', 'infra/stacks/plan.ts'], 1],
    [['functions/render/page/table.ts', 'functions/render/terminal/table.ts'], 1],
  ])('judges the file names %j', (paths, faults) => {
    expect(sharedFiles(paths)).toHaveLength(faults);
  });
});
