import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldersIn, outermost, programsVersion, versionsWith } from './postgres-versions.ts';

const PACKAGED = [14, 15, 16, 17, 18] as const;
let folder: string;

/** A folder whose `bin/postgres` tells this version. */
function programsOf(name: string, version: string): string {
  const bin = join(folder, name, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const program of ['postgres', 'initdb']) {
    writeFileSync(
      join(bin, program),
      `#!/bin/sh\necho "postgres (PostgreSQL) ${version} (Debian ${version})"\n`,
    );
    chmodSync(join(bin, program), 0o755);
  }
  return join(folder, name);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-versions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('The versions of the tests', () => {
  test.each([undefined, ''])('are those of the packages without the variable (%j)', (text) => {
    expect(versionsWith(foldersIn(text))).toEqual(PACKAGED);
  });

  test('include 19 where its programs are named', () => {
    const rc = programsOf('nineteen', '19rc1');
    const folders = foldersIn(`19=${rc}`);
    expect(versionsWith(folders)).toEqual([...PACKAGED, 19]);
    expect(folders.get(19)).toBe(rc);
  });

  test('may have the programs of another minor release in place of a package', () => {
    const folders = foldersIn(`18=${programsOf('eighteen', '18.6')}, 19=${programsOf('newest', '19.1')}`);
    expect([...folders.keys()]).toEqual([18, 19]);
    expect(versionsWith(folders)).toEqual([...PACKAGED, 19]);
  });

  test('are the oldest, the newest and those that are named, where not all are wanted', () => {
    expect(outermost(versionsWith(new Map()), new Map())).toEqual([14, 18]);
    const folders = foldersIn(`16=${programsOf('sixteen', '16.9')},19=${programsOf('next', '19.1')}`);
    expect(outermost(versionsWith(folders), folders)).toEqual([14, 16, 18, 19]);
  });

  test('are one alone where its programs are to run all tests', () => {
    const folders = foldersIn(`all=${programsOf('only', '19rc1')}`);
    expect(versionsWith(folders)).toEqual([19]);
    expect(PACKAGED.map((version) => programsVersion(version, folders))).toEqual(PACKAGED.map(() => 19));
  });

  test.each([
    ['19', 'Allowed is VERSION=FOLDER'],
    ['13=/usr', 'Allowed is VERSION=FOLDER'],
    ['19=here', 'an absolute folder'],
    ['19=/nowhere', 'it has no bin/postgres'],
  ])('are not guessed from %s', (text, says) => {
    expect(() => foldersIn(text)).toThrow(says);
  });

  test('are what the programs say', () => {
    expect(() => foldersIn(`19=${programsOf('older', '18.6')}`)).toThrow('its programs are of 18.6');
    expect(() => foldersIn(`all=${programsOf('old', '13.9')}`)).toThrow('its programs are of 13.9');
  });
});
