import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ROOMS, type Room } from './rooms.ts';
import { importsOf, lineOf, type Node, nodesOf, type Source } from './support/source-imports.ts';

/** What each room may import, and that nothing goes round in a circle: type imports, re-exports and `import()` count too. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Places that may import every room: doors, commands, and what runs or tests them. */
const ABOVE_ALL = [
  'functions/*.lambda.ts',
  'functions/report.worker.ts',
  'functions/cli.ts',
  'functions/commands/*',
];

/** Packages that one room alone imports, even above all rooms. */
const LENT: readonly { readonly packages: readonly string[]; readonly by: string }[] = [
  { packages: ['pg', 'pg/*', 'pg-*'], by: 'functions/postgres' },
  { packages: ['@aws-sdk/*', '@smithy/*'], by: 'functions/aws' },
  { packages: ['echarts', 'echarts/*', 'zrender*'], by: 'functions/render/page' },
];

const MOST_LINES: readonly { readonly of: string; readonly lines: number }[] = [
  { of: 'functions/*.lambda.ts', lines: 40 },
  { of: '*', lines: 300 },
];

/** A function has at most so many lines, its first and its last included. */
const MOST_FUNCTION_LINES = 40;
/** These are one text of a shell with names put in, which no reader divides. */
const TEMPLATES = ['leftoverFunctions'];

function isLike(text: string, pattern: string): boolean {
  const literal = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(text);
}
const isAnyOf = (text: string, patterns: readonly string[]) =>
  patterns.some((pattern) => isLike(text, pattern));

const isIn = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

/** The room with the longest name that holds the path; null for what is above all rooms. */
function roomOf(path: string): Room | null {
  const holding = ROOMS.filter(({ name }) => isIn(path, name));
  return holding.toSorted((one, other) => other.name.length - one.name.length)[0] ?? null;
}

/** Why `path` may not import `from`; null when it may. */
function refusal(path: string, from: string): string | null {
  const isOwnCode = /^(functions|infra|test)\//.test(from);
  if (path.startsWith('functions/') && isAnyOf(from, ['infra/*', 'test/*', '(computed)'])) return 'not here';
  const lent = LENT.find(({ packages }) => isAnyOf(from, packages));
  if (lent && !path.startsWith('test/') && !isIn(path, lent.by)) return `only ${lent.by} imports it`;
  const room = roomOf(path);
  if (room === null || path.startsWith('test/')) return null;
  if (!isOwnCode) return isAnyOf(from, room.packages) ? null : 'no package of this room';
  const allowed = [room.name, ...room.may].some((place) => isIn(from, place) && isNearest(from, place));
  return allowed ? null : 'no room below this one';
}

/** A room inside another one is not meant by the other one's name. */
function isNearest(from: string, place: string): boolean {
  return place.endsWith('.ts') || roomOf(from)?.name === place;
}

/** Functions that are too long, outside tests. */
function longFunctions(source: Source, nodes: readonly Node[]): readonly string[] {
  if (source.path.startsWith('test/')) return [];
  return nodes.flatMap((node) => {
    const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
    const lines = source.text.slice(node.start, node.end).split('\n').length;
    const [, name = ''] = /^function (\w+)/.exec(source.text.slice(node.start)) ?? [];
    const isShort = !isFunction || lines <= MOST_FUNCTION_LINES || TEMPLATES.includes(name);
    return isShort ? [] : [`${source.path}:${lineOf(source, node)} is a function of ${lines} lines`];
  });
}

/** Everything that is wrong with one file, a line each. */
function faultsOf(source: Source): readonly string[] {
  const { path, text } = source;
  const nodes = nodesOf(source);
  const most = MOST_LINES.find(({ of }) => isLike(path, of))?.lines ?? Number.POSITIVE_INFINITY;
  const lines = text.replace(/\n$/, '').split('\n').length;
  const unsafe = nodes.filter(({ type }) => type === 'TSAnyKeyword' || type === 'TSNonNullExpression');
  const refused = importsOf(source, nodes).flatMap(({ from, line }) => {
    const why = refusal(path, from);
    return why === null ? [] : [`${path}:${line} imports ${from}: ${why}`];
  });
  const isHomeless =
    /^(functions|infra)\//.test(path) && roomOf(path) === null && !isAnyOf(path, ABOVE_ALL)
      ? [`${path} is in no room`]
      : [];
  return [
    ...refused,
    ...isHomeless,
    ...(lines > most ? [`${path} has ${lines} lines, ${most} are allowed`] : []),
    ...longFunctions(source, nodes),
    ...unsafe.map(
      (node) => `${path}:${lineOf(source, node)} ${node.type === 'TSAnyKeyword' ? 'any' : 'non-null !'}`,
    ),
  ];
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Names that can be reached from themselves, each circle once, in the order in which it goes round. */
function circlesIn(graph: Graph): readonly string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const at = path.indexOf(name);
    if (at >= 0) circles.push([...path.slice(at), name].join(' → '));
    if (at >= 0 || done.has(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
  return circles;
}

function graphOf(sources: readonly Source[], nameOf: (path: string) => string | null): Graph {
  const graph = new Map<string, Set<string>>();
  for (const source of sources) {
    const name = nameOf(source.path);
    if (name === null) continue;
    const targets = graph.get(name) ?? new Set();
    graph.set(name, targets);
    for (const { from } of importsOf(source)) {
      const target = /^(functions|infra)\//.test(from) ? nameOf(from) : null;
      if (target !== null && target !== name) targets.add(target);
    }
  }
  return graph;
}

const SOURCES: readonly Source[] = globSync('{functions,infra,test}/**/*.ts', { cwd: ROOT }).map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(`${ROOT}/${path}`, 'utf8'),
}));
const PRODUCT = SOURCES.filter(({ path }) => !path.startsWith('test/'));

describe('The sources', () => {
  test.each(ROOMS.map(({ name }) => name))('in %s keep the rules', (name) => {
    const here = PRODUCT.filter(({ path }) => roomOf(path)?.name === name);
    expect(here.length).toBeGreaterThan(0);
    expect(here.flatMap(faultsOf)).toEqual([]);
  });

  test('above all rooms, and in test, keep the rules', () => {
    const others = SOURCES.filter(({ path }) => path.startsWith('test/') || roomOf(path) === null);
    expect(others.flatMap(faultsOf)).toEqual([]);
  });

  test('import each other in no circle, types included', () => {
    expect(circlesIn(graphOf(PRODUCT, (path) => path))).toEqual([]);
  });

  test('make no circle of rooms', () => {
    expect(circlesIn(graphOf(PRODUCT, (path) => roomOf(path)?.name ?? null))).toEqual([]);
  });
});

describe('What ends sessions', () => {
  test('imports no diagnosis, no advice, no incident, nothing that renders and nothing of AWS', () => {
    const graph = graphOf(PRODUCT, (path) => path);
    const reached = new Set<string>();
    const walk = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const next of graph.get(path) ?? []) walk(next);
    };
    walk('functions/remediate/remediate.ts');
    walk('functions/postgres/server-ports.ts');
    expect(reached.size).toBeGreaterThan(50);
    const forbidden = /^functions\/(core\/(diagnosis|advice|incident)|render|report|aws)\//;
    expect([...reached].filter((path) => forbidden.test(path))).toEqual([]);
  });
});

describe('The check itself', () => {
  const check = (path: string, text: string) => faultsOf({ path, text });

  test.each([
    ['functions/core/plan/plan.ts', "import { Client } from 'pg';", 'only functions/postgres imports it'],
    ['functions/core/plan/plan.ts', "import 'node:fs';", 'imports node:fs'],
    ['functions/core/plan/plan.ts', "import * as z from 'zod';", 'imports zod'],
    ['functions/core/plan/plan.ts', "import type { Ports } from '../../remediate/ports.ts';", ':1 imports'],
    ['functions/core/plan/plan.ts', "\nexport { a } from '../../config/config.ts';", ':2 imports'],
    ['functions/core/plan/plan.ts', "export * from '../run/record.ts';", ':1 imports functions/core/run'],
    ['functions/core/plan/plan.ts', "type A = import('../run/record.ts').A;", ':1 imports'],
    ['functions/core/plan/plan.ts', "const late = await import('../../aws/topics.ts');", ':1 imports'],
    ['functions/core/plan/plan.ts', "const pg = require('pg');", ':1 imports pg'],
    ['functions/core/plan/plan.ts', 'const late = (name: string) => import(name);', '(computed)'],
    ['functions/remediate/act.ts', "import '../core/diagnosis/diagnosis.ts';", 'no room below'],
    ['functions/remediate/act.ts', "import '../core/advice/advise.ts';", 'no room below'],
    ['functions/remediate/act.ts', "import '../core/incident/memory.ts';", 'no room below'],
    ['functions/remediate/act.ts', "import '../render/message/incident.ts';", 'no room below'],
    ['functions/postgres/server-ports.ts', "import '../remediate/remediate.ts';", 'no room below'],
    ['functions/aws/topics.ts', "import pg from 'pg';", 'only functions/postgres'],
    ['functions/render/message/text.ts', "import 'echarts/core';", 'only functions/render/page'],
    ['functions/cli.ts', "import 'pg-pool';", 'only functions/postgres'],
    ['functions/cli.ts', "import '@aws-sdk/client-sns';", 'only functions/aws'],
    ['functions/cli.ts', "import '../test/support/builders.ts';", 'not here'],
    ['functions/core/plan.ts', '', 'is in no room'],
    ['infra/constructs/a.ts', "import '../../functions/remediate/ports.ts';", 'no room below'],
    ['infra/constructs/a.ts', "import '../stacks/app.ts';", 'no room below'],
    ['functions/contract.ts', "import './core/base/errors.ts';", 'no room below'],
    ['functions/core/plan/plan.ts', 'const a = (b as any);', ':1 any'],
    ['test/core/plan.test.ts', 'const a = b!.c;', ':1 non-null !'],
    ['functions/remediate.lambda.ts', '//\n'.repeat(41), 'has 41 lines, 40 are allowed'],
    ['functions/core/plan/plan.ts', '//\n'.repeat(301), 'has 301 lines, 300 are allowed'],
  ])('catches, in %s: %j', (path, text, fault) => {
    expect(check(path, text)).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    [
      'functions/core/plan/plan.ts',
      "import type { A } from '../policy/policy.ts';\nimport * as z from 'zod/mini';",
    ],
    [
      'functions/core/plan/plan.ts',
      "// import 'pg';\nconst text = \"import 'pg'\"; /* export * from 'pg' */",
    ],
    ['functions/core/plan/plan.ts', 'const a = !b; const any = required(c); const d = { require: 1 };'],
    [
      'functions/postgres/connection/connect.ts',
      "import { Client } from 'pg';\nimport '../../remediate/ports.ts';",
    ],
    ['functions/aws/topics.ts', "const sdk = () => import('@aws-sdk/client-sns');"],
    ['infra/stacks/app.ts', "import '../../functions/contract.ts';\nimport '../constructs/index.ts';"],
    ['test/postgres/connect.test.ts', "import { Client } from 'pg';"],
    ['functions/report.lambda.ts', '//\n'.repeat(40)],
  ])('lets pass, in %s: %j', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  test('finds circles of any length, and none where there is none', () => {
    const graph = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
      new Map(Object.entries(edges).map(([name, to]) => [name, new Set(to)]));
    expect(circlesIn(graph({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }))).toEqual(['a → b → c → a']);
    expect(circlesIn(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]);
  });
});
