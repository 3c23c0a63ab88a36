import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { matchesGlob, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LANES, type Lane } from './lanes.ts';
import { importsOf, nodesOf } from './support/source-imports.ts';
import { workerCount } from './worker-count.ts';

const FILES = globSync('test/**/*.test.ts').toSorted();

const isIn = (file: string, { include, exclude }: Lane) =>
  include.some((pattern) => matchesGlob(file, pattern)) &&
  !exclude.some((pattern) => matchesGlob(file, pattern));
const lanesOf = (file: string) =>
  Object.entries(LANES)
    .filter(([, lane]) => isIn(file, lane))
    .map(([name]) => name);

const imports = new Map<string, readonly string[]>();
function importedBy(path: string): readonly string[] {
  const known = imports.get(path);
  if (known !== undefined) return known;
  const source = { path, text: readFileSync(path, 'utf8') };
  const loaded = nodesOf(source).filter((node) => node.importKind !== 'type' && node.exportKind !== 'type');
  const found = importsOf(source, loaded).map(({ from }) => from);
  imports.set(path, found);
  return found;
}

/** Everything that a file imports, and what that imports. */
function reachedFrom(path: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const from of importedBy(path)) {
    if (seen.has(from)) continue;
    seen.add(from);
    if (from.endsWith('.ts')) reachedFrom(posix.normalize(from), seen);
  }
  return seen;
}

describe('The lanes', () => {
  test('have each test file exactly once', () => {
    expect(FILES.length).toBeGreaterThan(250);
    expect(FILES.filter((file) => lanesOf(file).length !== 1)).toEqual([]);
  });

  test.each(Object.entries(LANES))('%s has files', (_, lane) => {
    expect(FILES.some((file) => isIn(file, lane))).toBe(true);
  });

  test('have a command each, and npm test runs them all', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const commands = Object.keys(LANES).map((name) => [`test:${name}`, `vitest run --project ${name}`]);
    expect(scripts).toMatchObject({ ...Object.fromEntries(commands), test: 'vitest run' });
  });

  test('files that share a process replace no module: those of another file would keep the real one', () => {
    const sharing = FILES.filter((file) =>
      Object.values(LANES).some((lane) => !lane.isolate && isIn(file, lane)),
    );
    const replaces = /\bvi\.(mock|doMock|hoisted)\(/;
    expect(sharing.filter((file) => replaces.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  test('unit starts no process: it reaches neither child_process nor a server', () => {
    const reaching = FILES.filter((file) => isIn(file, LANES.unit)).filter((file) =>
      ['node:child_process', 'test/support/postgres-server.ts', 'aws-cdk-lib'].some((what) =>
        reachedFrom(file).has(what),
      ),
    );
    expect(reaching).toEqual([]);
  });
});

test('Fewer files run at a time on a machine that starts processes slowly', () => {
  const cores = availableParallelism();
  expect([workerCount(25), workerCount(100), workerCount(420)]).toEqual([cores + 4, cores + 4, cores + 1]);
});
