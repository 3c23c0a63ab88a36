import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMemoryItem } from '../../functions/aws/memory-item.ts';
import { cloudShellSwitch } from '../../functions/render/message/cloud-shell.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { ADA } from '../support/loopback-operator.ts';

const PAUSE = { at: '2026-11-21T03:00:00Z', by: ADA, reason: null, until: '2026-11-21T05:00:00Z' };
const parsed = (item: object) => parseMemoryItem({ server: 'orders', table: 'memory' }, item, Date.now());

/** A stand-in for the AWS CLI: it prints an identity, and keeps the words of every other call. */
const FAKE_AWS = `#!/bin/sh
case "$1 $2" in
  "sts get-caller-identity") echo "$IDENTITY" ;;
  "lambda get-function-configuration") echo "$4"; [ "$4" = pg-headroom-orders ] ;;
  *) for word in "$@"; do printf '%s\\n' "$word"; done >"$CALLED" ;;
esac
`;

/** The words with which the line calls `aws dynamodb`, run by a shell as in CloudShell. Null if it does not. */
function calledBy(line: string, identity = ADA): readonly string[] | null {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-cloudshell-'));
  try {
    const called = join(folder, 'called');
    writeFileSync(join(folder, 'aws'), FAKE_AWS, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}`, IDENTITY: identity, CALLED: called };
    execFileSync('bash', ['--norc', '-c', line], { env, stdio: 'pipe' });
    return existsSync(called) ? readFileSync(called, 'utf8').trimEnd().split('\n') : null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const record = () => ({
  ...INCIDENTS.recovered(),
  recall: { kind: 'read', table: 'pg-headroom-Memory-1X', paused: null } as const,
});
const wordAfter = (words: readonly string[] | null, flag: string) => words?.[words.indexOf(flag) + 1];

describe('The line for CloudShell', () => {
  const [, pause = ''] = cloudShellSwitch(record());

  test("pauses for two hours with the caller's identity, by one call", () => {
    const words = calledBy(pause);
    expect(words?.slice(0, 2)).toEqual(['dynamodb', 'update-item']);
    expect(wordAfter(words, '--table-name')).toBe('pg-headroom-Memory-1X');
    expect(wordAfter(words, '--key')).toBe('server={S=orders}');
    expect(wordAfter(words, '--update-expression')).toBe('SET pause = :p ADD version :v');
    const values = wordAfter(words, '--expression-attribute-values') ?? '';
    const [, by, at, until] =
      /^:v=\{N=1\},:p=\{M=\{by=\{S='(.*)'\},at=\{S=(\S+?)\},until=\{S=(\S+?)\}\}\}$/.exec(values) ?? [];
    expect(by).toBe(ADA);
    const pauseFields = { by: { S: by }, at: { S: at }, until: { S: until } };
    const { paused } = parsed({ server: { S: 'orders' }, version: { N: '1' }, pause: { M: pauseFields } });
    expect(paused).toMatchObject({ by: ADA, reason: null });
    expect(Date.parse(paused?.until ?? '') - Date.parse(paused?.at ?? '')).toBe(2 * 3_600_000);
  });

  test('writes nothing for a server that does not exist', () => {
    expect(
      calledBy(pause.replaceAll('pg-headroom-orders', 'pg-headroom-oders').concat(' || true')),
    ).toBeNull();
  });

  test('resumes by the same call', () => {
    const words = calledBy(
      cloudShellSwitch({ ...record(), recall: { kind: 'read', table: 'memory', paused: PAUSE } }).at(-1) ??
        '',
    );
    const values = wordAfter(words, '--expression-attribute-values') ?? '';
    const [, by, at, until, resumed] =
      /^:v=\{N=1\},:p=\{M=\{by=\{S='(.*)'\},at=\{S=(\S+?)\},until=\{S=(\S+?)\},resumed=\{S=(\S+?)\}\}\}$/.exec(
        values,
      ) ?? [];
    const M = { by: { S: by }, at: { S: at }, until: { S: until }, resumed: { S: resumed } };
    const { paused, resumed: found } = parsed({ server: { S: 'orders' }, version: { N: '1' }, pause: { M } });
    expect([paused, found]).toEqual([null, { at: resumed, by: ADA }]);
  });

  test.each([
    ['runs only observed', { mode: 'observe' }],
    ['nothing was ended', { attempts: [] }],
    ['no table is known', { recall: null }],
    ['a name means something to a shell', { server: 'orders$(reboot)' }],
    ['the table has no plain name', { recall: { kind: 'read', table: 'a"; reboot', paused: null } }],
  ] as const)('is not there when %s', (_, change) => {
    expect(cloudShellSwitch({ ...record(), ...change })).toEqual([]);
  });
});
