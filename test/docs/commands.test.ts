import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commandsDocument } from '../../build/commands-document.ts';
import { manPage } from '../../build/man-page.ts';
import { COMMANDS } from '../../functions/commands/all-commands.ts';
import { argumentsOf, linesIn, refusalOf } from './command-lines.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();

test('docs/guide/commands.md is what `npm run documents` makes of the commands', () => {
  expect(read('docs/guide/commands.md')).toBe(commandsDocument(COMMANDS));
});

test('the man page has every command, and no line that roff would take for a request of its own', () => {
  const page = manPage(COMMANDS);
  for (const { name } of COMMANDS) expect(page).toContain(`.SS headroom ${name.replaceAll('-', '\\-')}`);
  const requests = [...page.matchAll(/^\.(\w+)/gm)].map(([, name]) => name);
  expect([...new Set(requests)].toSorted()).toEqual([
    'B',
    'I',
    'PP',
    'SH',
    'SS',
    'TH',
    'TP',
    'ad',
    'fi',
    'nf',
    'nh',
  ]);
});

test.skipIf(!existsSync('/usr/bin/groff'))('groff sets the man page without a warning', () => {
  const args = ['-man', '-Tutf8', '-ww', '-rLL=80n'];
  const { stderr, stdout, status } = spawnSync('groff', args, { input: manPage(COMMANDS), encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toContain('General Commands Manual');
});

describe('every command line that a document shows is one that runs', () => {
  const lines = DOCUMENTS.flatMap((path) => linesIn(path, read(path)));

  test('there are many', () => {
    expect(lines.length).toBeGreaterThan(30);
  });

  test.each(lines)('$document: $line', async ({ line }) => {
    expect(await refusalOf(COMMANDS, argumentsOf(line))).toBeNull();
  });
});

describe('every command that a sentence names exists, with its options', () => {
  const named = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(/`(?:npm run -s headroom --|headroom)\s([a-z][^`]*)`/g)].map(
      ([, words = '']) => ({ document, words: words.replaceAll(/\s+/g, ' ') }),
    ),
  );

  test.each(named)('$document: headroom $words', ({ words }) => {
    const command = COMMANDS.filter(({ name }) => `${words} `.startsWith(`${name} `));
    const known = command.flatMap(({ options = [] }) =>
      options.map(({ flags }) => /--[\w-]+/.exec(flags)?.[0]),
    );
    expect(command.length + Number(/^policy$/.test(words))).toBeGreaterThan(0);
    const options = [...words.matchAll(/(?<=\s)--[\w-]+/g)].map(([option]) => option);
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  });
});

describe('the check of command lines', () => {
  test.each([
    ['headroom plan --snapshot a.json --polcy b.json', "unknown option '--polcy'"],
    ['headroom plna', "unknown command 'plna'"],
    ['headroom terminate PID', 'A pid is a whole number'],
    ['npm run -s headroom -- schema weather', 'Allowed choices are'],
  ])('refuses %s', async (line, expected) => {
    expect(await refusalOf(COMMANDS, argumentsOf(line))).toContain(expected);
  });

  test('reads a line as a shell does', () => {
    expect(argumentsOf(`headroom pause --reason 'a b' --table "$TABLE" > x # why`)).toEqual([
      ...['pause', '--reason', 'a b', '--table', '$TABLE'],
    ]);
  });
});
