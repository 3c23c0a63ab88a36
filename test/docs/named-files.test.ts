import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();

/** Who reads that a test shows something goes and looks. */
test.each(DOCUMENTS)('%s names tests, documents and folders that are there', (document) => {
  const text = readFileSync(`${ROOT}${document}`, 'utf8');
  const named = [...text.matchAll(/`((?:test|docs|functions|infra)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  const linked = [...text.matchAll(/\]\(((?!https?:)[\w./-]+\.md)(?:#[\w-]+)?\)/g)].map(([, path = '']) =>
    posix.join(posix.dirname(document), path),
  );
  expect([...named, ...linked].filter((path) => !existsSync(`${ROOT}${path}`))).toEqual([]);
});
