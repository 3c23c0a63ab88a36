import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeVersion } from '../../build/bundling.ts';
import { parsePolicy } from '../../functions/core/policy/parse-policy.ts';
import { runHeadroom } from './run-headroom.ts';

const BACKEND = { backendType: 'client backend', user: 'app', database: 'shop' };
const HOUR_MS = 3_600_000;
/** 17 usable slots, all taken: 12 leaked sessions, four busy ones, and one that a client named to do harm. */
const FULL = {
  slots: { max: 20 },
  sessions: [
    ...Array.from({ length: 12 }, (_, at) => ({
      ...BACKEND,
      pid: 100 + at,
      application: 'leaky',
      state: 'idle',
      stateAgeMs: 2 * HOUR_MS + at,
    })),
    ...Array.from({ length: 4 }, (_, at) => ({ ...BACKEND, pid: 200 + at, state: 'active', stateAgeMs: 5 })),
    { ...BACKEND, pid: 300, application: '\u001b[31m\u009b2J\nx', state: 'active', stateAgeMs: 5 },
  ],
};
const EMPTY = { slots: { max: 20 }, sessions: [] };
/** What a terminal obeys: everything but printable characters and the line break. */
const OBEYED = /[\p{Cc}\p{Cf}]/gu;

let folder: string;
const fileOf = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-cli-'));
  const files = {
    'few.json': { limits: { maxVictims: 1 } },
    'nobody.json': { include: { users: ['appx'] } },
    'too-much.json': { relieve: { when: { freeSlots: 5 }, until: { freeSlots: 50 } } },
    'wrong.json': { mode: 'on', limits: { maxVictim: 1 } },
    'twice.json': { slots: {}, sessions: [{ pid: 1 }, { pid: 1 }] },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(fileOf(name), JSON.stringify(content));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plan(snapshot: unknown, ...args: readonly string[]) {
  return runHeadroom(['plan', '--snapshot', '-', ...args], { input: JSON.stringify(snapshot) });
}

describe.concurrent('exit codes of plan', () => {
  test.each([
    ['healthy', EMPTY, null, 0, 'Healthy: no pressure, nothing to do.'],
    ['sufficient', FULL, null, 0, 'Sufficient: ending 4 sessions restores headroom.'],
    ['partial', FULL, 'few.json', 1, '4 are needed, maxVictims allows 1 session.'],
    ['no candidates', FULL, 'nobody.json', 1, 'No candidates: 4 slots missing'],
    ['thresholds that do not fit', FULL, 'too-much.json', 2, 'relieve.until asks for 50 free slots'],
    [
      'a policy that does not parse',
      FULL,
      'wrong.json',
      2,
      'limits.maxVictim: found 1, expected no such key',
    ],
    ['a policy that is not there', FULL, 'absent.json', 2, 'cannot be read (there is no such file)'],
    [
      'a snapshot that does not parse',
      { slots: {}, sessions: 3 },
      null,
      2,
      'sessions: found 3, expected a list',
    ],
  ])('%s', async (_, snapshot, policy, code, expected) => {
    const ran = await plan(snapshot, ...(policy === null ? [] : ['--policy', fileOf(policy)]));
    expect(ran.stdout + ran.stderr).toContain(expected);
    expect(ran.code).toBe(code);
  });

  test('a snapshot in which most sessions are hidden', async () => {
    const hidden = { pid: 1, user: 'app', lastStatement: '<insufficient privilege>' };
    const { code, stdout, stderr } = await plan({ slots: { max: 20 }, sessions: [hidden] });
    expect(stderr).toContain('GRANT pg_read_all_stats');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });
});

test('plan --json prints exactly what is documented, in ASCII', async () => {
  const { stdout } = await plan(FULL, '--json');
  const document = JSON.parse(stdout);
  expect(Object.keys(document)).toEqual([
    ...['verdict', 'pressure', 'victims', 'spared', 'limits', 'missing', 'problem'],
  ]);
  expect(document.pressure).toEqual([
    { scope: { kind: 'server' }, usable: 17, used: 17, free: 0, under: true, need: 4 },
  ]);
  expect(document.victims[0]).toEqual({
    pid: 111,
    reasons: {
      purpose: 'relieve',
      rung: 1,
      minAgeMs: HOUR_MS,
      ageMs: 2 * HOUR_MS + 11,
      group: { application: 'leaky', user: 'app', database: 'shop' },
      serves: [{ kind: 'server' }],
    },
  });
  expect(document.spared.at(-1)).toEqual({ pid: 300, reason: 'state', detail: 'active', key: null });
  expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
});

test('the table says no word to the terminal, and has no colours in a pipe', async () => {
  const { stdout } = await plan(FULL);
  expect(stdout).toMatch(/active +\\u\{1b\}\[31m/);
  expect(stdout.match(OBEYED)?.filter((character) => character !== '\n')).toEqual([]);
});

test('what is piped has no colours, not even forced ones', async () => {
  const input = JSON.stringify(EMPTY);
  const args = ['plan', '--snapshot', '-'];
  for (const environment of [
    {},
    { FORCE_COLOR: '1' },
    { NO_COLOR: '1' },
    { FORCE_COLOR: '1', NO_COLOR: '1' },
  ]) {
    const { stdout } = await runHeadroom(args, { input, environment });
    expect(stdout).toMatch(/^Healthy/);
    expect(stdout).not.toContain('\u001b');
  }
});

test('a name that is no UTF-8 is refused instead of protecting no role', async () => {
  const input = Buffer.from('{"protect":{"users":["m\xfcller"]}}', 'latin1');
  const { code, stderr } = await runHeadroom(['policy', 'check', '-'], { input });
  expect(code).toBe(2);
  expect(stderr).toContain('cannot be read');
});

test('policy check says ok, or lists every problem', async () => {
  const good = await runHeadroom(['policy', 'check', '-'], { input: '\ufeff{}' });
  expect(good).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
  const bad = await runHeadroom(['policy', 'check', fileOf('wrong.json')]);
  expect(bad.stderr).toContain('mode: found "on"');
  expect(bad.stderr).toContain('limits.maxVictim: found 1');
  expect({ code: bad.code, stdout: bad.stdout }).toEqual({ code: 2, stdout: '' });
});

test('policy init prints the defaults, which policy explain says in sentences', async () => {
  const { code, stdout: input } = await runHeadroom(['policy', 'init']);
  expect(code).toBe(0);
  expect(parsePolicy(JSON.parse(input))).toEqual(parsePolicy({}));
  const { stdout } = await runHeadroom(['policy', 'explain', '-'], { input });
  expect(stdout).toMatch(/^This policy observes: /);
});

test('with --json, policy check and errors are JSON', async () => {
  const good = await runHeadroom(['policy', 'check', '-', '--json'], { input: '{}' });
  expect(JSON.parse(good.stdout)).toEqual({ ok: true, hash: expect.any(String), notes: [] });
  const bad = await runHeadroom(['policy', 'check', '-', '--json'], { input: '{"mode":"on"}' });
  expect({ code: bad.code, stdout: bad.stdout }).toEqual({ code: 2, stdout: '' });
  expect(JSON.parse(bad.stderr).error).toEqual({
    code: 'policy-invalid',
    message: expect.stringContaining('mode: found "on", expected'),
  });
  const usage = await runHeadroom(['plan', '--json', '--sapshot', 'x']);
  expect(JSON.parse(usage.stderr).error.message).toContain("unknown option '--sapshot'");
});

test('policy hash prints one hash for policies that say the same, and another where anything differs', async () => {
  const hash = async (input: string) => (await runHeadroom(['policy', 'hash', '-'], { input })).stdout;
  const first = await hash('{}');
  expect(first).toMatch(/^[0-9a-f]{64}\n$/);
  expect(await hash('{ "reap": null, "mode": "observe", "limits": { "maxPercent": 50 } }')).toBe(first);
  expect(await hash('{ "limits": { "maxPercent": 49 } }')).not.toBe(first);
  expect(await hash('{ "protect": { "users": ["billing"] } }')).not.toBe(first);
});

test('policy check names patterns that match nothing on some servers', async () => {
  const policy = JSON.stringify({ protect: { applications: ['josé'] } });
  const { code, stdout } = await runHeadroom(['policy', 'check', '-'], { input: policy });
  expect(stdout).toMatch(/^ok\nprotect\.applications\[0\] "josé" matches nothing on PostgreSQL 14 and 15/);
  expect(code).toBe(0);
});

test('schema prints the JSON Schema of either file', async () => {
  const policy = await runHeadroom(['schema', 'policy']);
  expect(JSON.parse(policy.stdout).properties.relieve.properties.when.default).toEqual({ usedPercent: 95 });
  const snapshot = await runHeadroom(['schema', 'snapshot']);
  const { required, properties } = JSON.parse(snapshot.stdout);
  expect(required).toEqual(['slots', 'sessions']);
  expect(properties.sessions.items.properties.pid.description).toBe('Process id; unknown spares.');
  expect(parsePolicy({ $schema: './policy.schema.json' }).mode).toBe('observe');
});

describe.concurrent('bad usage ends in exit code 2, says why, and shows no password', () => {
  const url = 'postgres://u:s3cr3t@h.example/db';
  test.each([
    ['no command', [], 'Usage: headroom'],
    ['an unknown command', ['cancel'], "unknown command 'cancel'"],
    ['an unknown option', ['plan', `--urll=${url}`], 'unknown option'],
    ['an argument too many', ['plan', url, url], 'too many arguments'],
    ['a server named twice', ['plan', url, '--url', url], 'Name the server once'],
    [
      'no source',
      ['plan'],
      'Give a server (headroom plan orders, or --url postgres://USER@HOST), or --snapshot',
    ],
    [
      'a host in place of a URL',
      ['plan', '127.0.0.1'],
      'server: found an address without postgres://USER@ before it',
    ],
    ['no server', ['doctor'], 'No server is named: give its declared name'],
    ['two sources', ['plan', '--url', url, '--snapshot', 'x'], 'cannot be used with'],
    ['one input for two', ['plan', '--snapshot', '-', '--policy', '-'], 'can be standard input'],
    ['an unknown trigger', ['plan', '--snapshot', '-', '--trigger', 'manual'], 'Allowed choices are alarm'],
    [
      'a URL that does not parse',
      ['remediate', '--url', `${url}/s3cr3t`],
      'a special character is not percent-encoded',
    ],
    [
      'a CA file that is not there',
      ['snapshot', '--url', `${url}?sslrootcert=absent.pem`],
      'sslrootcert: found "absent.pem", which cannot be read',
    ],
    ['a URL as a file', ['plan', `--snapshot=${url}`], 'The snapshot (not shown'],
    ['a URL as a policy', ['policy', 'check', url], 'The policy (not shown'],
    ['an unknown schema', ['schema', 'weather'], 'Allowed choices are policy, servers, snapshot, record'],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await runHeadroom(args);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain('s3cr3t');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('nothing listening ends in exit code 3, without the password', async () => {
  const { code, stderr } = await runHeadroom(['plan', '--url', 'postgres://u:s3cr3t@127.0.0.1:1/db']);
  expect(stderr).toContain('ECONNREFUSED');
  expect(stderr).not.toContain('s3cr3t');
  expect(code).toBe(3);
});

test.each([
  [['plann'], "unknown command 'plann'\n(Did you mean plan?)\n"],
  [['policy', 'chek'], "unknown command 'chek'\n(Did you mean check?)\nSee headroom help policy.\n"],
  [['plan', 'x'], 'Found "x", expected no more words.\nSee headroom help.\n'],
])('help for %o says which command is meant', async (words, said) => {
  expect(await runHeadroom(['help', ...words])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `error: ${said}`,
  });
});

test.each([
  [[]],
  [['plan']],
  [['remediate']],
  [['snapshot']],
  [['policy']],
  [['policy', 'check']],
  [['schema']],
])('help of %o has an example', async (command) => {
  const { code, stdout } = await runHeadroom([...command, '--help']);
  expect(stdout).toMatch(/Examples?:\n {2}headroom /);
  expect(code).toBe(0);
});

test('--version is that of the package, with the commit that was built', async () => {
  const { stdout } = await runHeadroom(['--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]{12}(-dirty)?)?\n$/);
  expect(stdout.includes('+')).toBe(codeVersion().includes('+'));
});
