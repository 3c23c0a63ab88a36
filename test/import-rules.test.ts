import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAst } from 'vitest/node';

/** Design §9 and §10, read from the sources by a parser: type imports, re-exports and `import()` count like any other. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Source = { readonly path: string; readonly text: string };
type Import = { readonly from: string; readonly line: number };

/** Who may import what. A target is a path in the project or the name of a package; `*` stands for any text. */
const FOLDERS: readonly { readonly of: string; readonly may: readonly string[] }[] = [
  { of: 'functions/contract.ts', may: [] },
  { of: 'functions/core/*', may: ['functions/core/*', 'zod/mini'] },
  // Rendering is as pure as core, and so is what the platform does to bytes (docs/decisions.md, 9).
  {
    of: 'functions/workflow/*',
    may: ['functions/core/*', 'functions/workflow/*', 'functions/render/*', 'node:zlib'],
  },
  {
    of: 'functions/render/page/*',
    may: ['functions/core/*', 'functions/render/*', 'echarts/*'],
  },
  { of: 'functions/render/*', may: ['functions/core/*', 'functions/render/*'] },
];

/** What the constructs share with the functions: the contract, and the parsers with what parsers are made of. */
const INFRA_MAY = [
  'functions/contract.ts',
  'functions/core/parse-policy.ts',
  'functions/core/trigger.ts',
  'functions/core/schedule-text.ts',
  'functions/core/server-fields.ts',
  'functions/core/pooler-declaration.ts',
  'functions/core/server-declaration.ts',
  'functions/core/strict-object.ts',
  'functions/core/findings.ts',
  'functions/core/errors.ts',
];

/** Packages that one folder alone imports. */
const LENT: readonly { readonly packages: readonly string[]; readonly by: string }[] = [
  { packages: ['pg', 'pg/*', 'pg-*'], by: 'functions/postgres/*' },
  { packages: ['@aws-sdk/*', '@smithy/*'], by: 'functions/aws/*' },
  { packages: ['echarts', 'echarts/*', 'zrender*'], by: 'functions/render/page/*' },
];

const MOST_LINES: readonly { readonly of: string; readonly lines: number }[] = [
  { of: 'functions/*.lambda.ts', lines: 40 },
  { of: 'functions/*', lines: 200 },
  { of: 'infra/*', lines: 200 },
  { of: 'test/*', lines: 300 },
];

function isLike(text: string, pattern: string): boolean {
  const literal = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(text);
}
const isAnyOf = (text: string, patterns: readonly string[]) =>
  patterns.some((pattern) => isLike(text, pattern));

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nodesOf(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (!isNode(value)) return [];
  return [value, ...Object.values(value).flatMap(nodesOf)];
}

/** The nodes of a source, flat. */
const parsed = ({ text }: Source): readonly Node[] => nodesOf(parseAst(text, { lang: 'ts' }));
const lineOf = ({ text }: Source, { start }: Node) => text.slice(0, start).split('\n').length;

/** The node that names what is imported, when there is one. */
function sourceOf(node: Node): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'CallExpression': {
      const isRequire = isNode(node.callee) && node.callee.name === 'require';
      return isRequire && Array.isArray(node.arguments) ? node.arguments[0] : null;
    }
    default:
      return null;
  }
}

/** The specifier, `(computed)` when it is worked out at run time, null for nodes that import nothing. */
function specifierOf(node: Node): string | null {
  const source = sourceOf(node);
  if (!isNode(source)) return null;
  return typeof source.value === 'string' ? source.value : '(computed)';
}

/** Relative specifiers as paths in the project, packages as they are. */
function importsOf(source: Source, nodes: readonly Node[]): readonly Import[] {
  return nodes.flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return [];
    const from = specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : specifier;
    return [{ from, line: lineOf(source, node) }];
  });
}

function isForbidden(path: string, from: string): boolean {
  const folder = FOLDERS.find(({ of }) => isLike(path, of));
  if (folder && !isAnyOf(from, folder.may)) return true;
  if (path.startsWith('infra/') && from.startsWith('functions/') && !isAnyOf(from, INFRA_MAY)) return true;
  if (path.startsWith('functions/') && isAnyOf(from, ['infra/*', 'test/*', '(computed)'])) return true;
  return (
    !path.startsWith('test/') && LENT.some(({ packages, by }) => isAnyOf(from, packages) && !isLike(path, by))
  );
}

/** Everything that is wrong with one file, a line each. */
function faultsOf(source: Source): readonly string[] {
  const { path, text } = source;
  const nodes = parsed(source);
  const most = MOST_LINES.find(({ of }) => isLike(path, of))?.lines ?? Number.POSITIVE_INFINITY;
  const lines = text.replace(/\n$/, '').split('\n').length;
  const unsafe = nodes.filter(({ type }) => type === 'TSAnyKeyword' || type === 'TSNonNullExpression');
  return [
    ...importsOf(source, nodes)
      .filter(({ from }) => isForbidden(path, from))
      .map(({ from, line }) => `${path}:${line} imports ${from}`),
    ...(lines > most ? [`${path} has ${lines} lines, ${most} are allowed`] : []),
    ...unsafe.map(
      (node) => `${path}:${lineOf(source, node)} ${node.type === 'TSAnyKeyword' ? 'any' : 'non-null !'}`,
    ),
  ];
}

const SOURCES: readonly Source[] = globSync('{functions,infra,test}/**/*.ts', { cwd: ROOT }).map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(`${ROOT}/${path}`, 'utf8'),
}));

describe('The sources', () => {
  test.each([
    'functions/core',
    'functions/workflow',
    'functions/render',
    'functions/postgres',
    'infra',
    'test',
  ])('in %s keep the rules', (folder) => {
    const here = SOURCES.filter(({ path }) => path.startsWith(`${folder}/`));
    expect(here.length).toBeGreaterThan(0);
    expect(here.flatMap(faultsOf)).toEqual([]);
  });

  test('everywhere else in functions keep the rules', () => {
    const others = SOURCES.filter(
      ({ path }) => !/^(infra|test|functions\/(core|workflow|render|postgres))\//.test(path),
    );
    expect(others.flatMap(faultsOf)).toEqual([]);
  });
});

describe('The check itself', () => {
  const check = (path: string, text: string) => faultsOf({ path, text });

  test.each([
    ['functions/core/plan.ts', "import { Client } from 'pg';", 'functions/core/plan.ts:1 imports pg'],
    ['functions/core/plan.ts', "import 'node:fs';", 'functions/core/plan.ts:1 imports node:fs'],
    ['functions/core/plan.ts', "import * as z from 'zod';", 'functions/core/plan.ts:1 imports zod'],
    [
      'functions/core/plan.ts',
      "import type { Ports } from '../workflow/ports.ts';",
      ':1 imports functions/workflow/ports.ts',
    ],
    ['functions/core/plan.ts', "\nexport { a } from '../config.ts';", ':2 imports functions/config.ts'],
    ['functions/core/plan.ts', "export * from '../config.ts';", ':1 imports functions/config.ts'],
    ['functions/core/plan.ts', "export type { A } from '../config.ts';", ':1 imports functions/config.ts'],
    [
      'functions/core/plan.ts',
      "const late = await import('../aws/topics.ts');",
      ':1 imports functions/aws/topics.ts',
    ],
    ['functions/core/plan.ts', "type A = import('../config.ts').A;", ':1 imports functions/config.ts'],
    ['functions/core/plan.ts', "const pg = require('pg');", ':1 imports pg'],
    ['functions/core/plan.ts', 'const late = (name: string) => import(name);', ':1 imports (computed)'],
    [
      'functions/core/sub/plan.ts',
      "import '../../workflow/ports.ts';",
      ':1 imports functions/workflow/ports.ts',
    ],
    [
      'functions/workflow/run.ts',
      "import '../postgres/connect.ts';",
      ':1 imports functions/postgres/connect.ts',
    ],
    ['functions/workflow/run.ts', "import '../aws/topics.ts';", ':1 imports functions/aws/topics.ts'],
    ['functions/render/text.ts', "import '../workflow/ports.ts';", ':1 imports functions/workflow/ports.ts'],
    ['functions/aws/topics.ts', "import pg from 'pg';", ':1 imports pg'],
    ['functions/render/text.ts', "import 'echarts/core';", ':1 imports echarts/core'],
    ['functions/cli.ts', "import 'pg-pool';", ':1 imports pg-pool'],
    ['functions/cli.ts', "import '@aws-sdk/client-sns';", ':1 imports @aws-sdk/client-sns'],
    ['functions/cli.ts', "import '../test/support/builders.ts';", ':1 imports test/support/builders.ts'],
    ['infra/app.ts', "import '../functions/workflow/ports.ts';", ':1 imports functions/workflow/ports.ts'],
    ['infra/app.ts', "import '../functions/core/plan.ts';", ':1 imports functions/core/plan.ts'],
    ['infra/app.ts', "import '@aws-sdk/client-sns';", ':1 imports @aws-sdk/client-sns'],
    ['functions/contract.ts', "import './core/errors.ts';", ':1 imports functions/core/errors.ts'],
    ['functions/core/plan.ts', 'const a = (b as any);', ':1 any'],
    ['test/core/plan.test.ts', 'const a = b!.c;', ':1 non-null !'],
    ['functions/remediate.lambda.ts', '//\n'.repeat(41), 'has 41 lines, 40 are allowed'],
    ['functions/core/plan.ts', '//\n'.repeat(201), 'has 201 lines, 200 are allowed'],
    ['test/core/plan.test.ts', '//\n'.repeat(301), 'has 301 lines, 300 are allowed'],
  ])('catches, in %s: %j', (path, text, fault) => {
    expect(check(path, text)).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    ['functions/core/plan.ts', "import type { A } from './policy.ts';\nimport * as z from 'zod/mini';"],
    ['functions/core/plan.ts', "// import 'pg';\nconst text = \"import 'pg'\"; /* export * from 'pg' */"],
    ['functions/core/plan.ts', 'const a = !b; const any = required(c); const d = { require: 1 };'],
    ['functions/workflow/run.ts', "import '../core/plan.ts';\nimport './ports.ts';"],
    ['functions/postgres/connect.ts', "import { Client } from 'pg';\nimport '../workflow/ports.ts';"],
    ['functions/render/page/chart.ts', "import { init } from 'echarts/core';\nimport '../words.ts';"],
    ['functions/aws/topics.ts', "const sdk = () => import('@aws-sdk/client-sns');"],
    ['infra/app.ts', "import '../functions/contract.ts';\nimport '../functions/core/parse-policy.ts';"],
    ['test/postgres/connect.test.ts', "import { Client } from 'pg';"],
    ['functions/core/plan.ts', '//\n'.repeat(200)],
    ['functions/report.lambda.ts', '//\n'.repeat(40)],
  ])('lets pass, in %s: %j', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });
});
