import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHeadroom } from './run-headroom.ts';

const BASH = '/usr/bin/bash';
const ZSH = '/usr/bin/zsh';
const FISH = '/usr/bin/fish';

/** A line, and what the shell offers for its last word. */
const LINES = [
  { line: 'headroom pl', offers: ['plan'] },
  { line: 'headroom policy ', offers: ['init', 'check', 'explain', 'hash', 'builtin', 'put'] },
  { line: 'headroom policy check --js', offers: ['--json'] },
  { line: 'headroom plan --tri', offers: ['--trigger'] },
  { line: 'headroom plan --trigger ', offers: ['alarm', 'schedule'] },
  { line: 'headroom plan orders --trigger sch', offers: ['schedule'] },
  { line: 'headroom schema sn', offers: ['snapshot'] },
  { line: 'headroom help po', offers: ['policy'] },
] as const;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runHeadroom(['completion', shell]);
    writeFileSync(join(folder, shell === 'zsh' ? '_headroom' : shell), stdout);
  }
  writeFileSync(join(folder, 'my policy.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (shell: string, script: string) =>
  execFileSync(shell, ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  });

const bashOffers = (line: string) => {
  const words = line.split(' ').map((word) => `'${word}'`);
  const script = `source ./bash; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}
_headroom 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run(BASH, script).trimEnd().split('\n');
};

describe.runIf(existsSync(BASH))('bash', () => {
  test.each(LINES)('$line is completed', ({ line, offers }) => {
    expect(bashOffers(line)).toEqual(offers);
  });

  test('names of files are offered whole', () => {
    expect(bashOffers('headroom plan --policy my')).toEqual(['my policy.json']);
    expect(bashOffers('headroom policy check my')).toEqual(['my policy.json']);
  });

  test('nothing is offered where only the user knows', () => {
    expect(bashOffers('headroom terminate 4')).toEqual(['']);
  });
});

describe.runIf(existsSync(FISH))('fish', () => {
  test.each(LINES)('$line is completed', ({ line, offers }) => {
    const offered = run(FISH, `source ./fish; complete -C '${line}'`).trimEnd().split('\n');
    expect(offered.map((each) => each.split('\t')[0]).toSorted()).toEqual([...offers].toSorted());
  });
});

describe.runIf(existsSync(ZSH))('zsh', () => {
  /** Stands in for the functions of zsh's completion system, which needs an interactive shell. */
  const offersOf = (line: string) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const script = `compdef() { }; _files() { print -l -- *(N) }; compadd() { shift; print -l -- "$@" }
_describe() { print -l -- \${\${(@P)2}%%:*} }
source ./_headroom; words=(${words.join(' ')}); CURRENT=${words.length}; _headroom`;
    const last = line.split(' ').at(-1) ?? '';
    return run(ZSH, script)
      .trimEnd()
      .split('\n')
      .filter((word) => word.startsWith(last));
  };

  test.each(LINES)('$line is completed', ({ line, offers }) => {
    expect(offersOf(line).toSorted()).toEqual([...offers].toSorted());
  });
});
