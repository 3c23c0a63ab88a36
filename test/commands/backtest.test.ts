import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordings } from '../incidents/recordings.ts';
import { startLoopbackS3 } from '../support/loopback-s3.ts';
import { runHeadroom } from './run-headroom.ts';

const BUCKET = 'pg-headroom-records';
let folder: string;
const at = (name: string) => join(folder, name);
const backtest = (...args: readonly string[]) => runHeadroom(['backtest', ...args]);

/** Five runs that would end sessions, each kept as `report` keeps it, one of them twice, in a bucket's layout. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-backtest-'));
  const records = recordings()
    .map(({ record }) => record)
    .filter(({ plan }) => (plan?.victims.length ?? 0) > 3)
    .slice(0, 5)
    .map((record, run) => ({
      ...record,
      reduced: run === 4 ? ['statements'] : [],
      runId: `run-${run}`,
      server: 'orders',
    }));
  for (const record of records) {
    const place = at(`bucket/records/orders/${record.startedAt.slice(0, 10).replaceAll('-', '/')}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${record.runId}.json.gz`), gzipSync(JSON.stringify(record)));
  }
  writeFileSync(at('one.json'), JSON.stringify(records[0]));
  mkdirSync(at('empty'));
  writeFileSync(at('off.json'), '{ "mode": "off" }');
  writeFileSync(at('few.json'), '{ "mode": "enforce", "limits": { "maxVictims": 2 } }');
  writeFileSync(at('bad.json'), '{ "mood": "off" }');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('A backtest', () => {
  test('replays what can be replayed, and counts the rest', async () => {
    const { code, stdout, stderr } = await backtest(at('bucket'), '--policy', at('few.json'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/few\.json would end \d+ sessions? more and \d+ fewer,\s+in 4 runs/);
    expect(stdout).toContain('Counted and not replayed: 1 reduced to keep the record small.');
    expect(stdout).toMatch(/tried only\s+on the 4 runs above/);
  });

  test('reads a bucket as it reads a folder, and says which right is missing', async () => {
    await using s3 = await startLoopbackS3([BUCKET]);
    for (const key of readdirSync(at('bucket'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.gz'),
    ))
      s3.put(`${BUCKET}/${key}`, {
        contentType: 'application/gzip',
        body: readFileSync(at(`bucket/${key}`)),
      });
    const { environment } = s3;
    const asked = [`s3://${BUCKET}`, '--policy', at('few.json'), '--json'];
    const [inBucket, inFolder, ofOther] = await Promise.all([
      runHeadroom(['backtest', ...asked], { environment }),
      backtest(at('bucket'), '--policy', at('few.json'), '--json'),
      runHeadroom(['backtest', ...asked, '--server', 'shop'], { environment }),
    ]);
    expect([inBucket.code, inBucket.stderr]).toEqual([0, '']);
    expect(JSON.parse(inBucket.stdout)).toEqual(JSON.parse(inFolder.stdout));
    expect(JSON.parse(inBucket.stdout)).toMatchObject({ replayed: 4 });
    expect(JSON.parse(ofOther.stdout)).toMatchObject({ replayed: 0 });
    s3.fail(5, 'AccessDenied');
    const denied = await runHeadroom(['backtest', ...asked], { environment });
    expect([denied.code === 0, denied.stdout]).toEqual([false, '']);
    expect(denied.stderr).toContain('s3:ListBucket');
  });

  test('compares two policies, as JSON for programs', async () => {
    const { code, stdout } = await backtest(
      at('one.json'),
      '--policy',
      at('off.json'),
      '--against',
      at('few.json'),
      '--json',
    );
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ replayed: 1, more: 0, before: 2, after: 0, fewer: 2, unfaithful: 0 });
    expect(document.runs[0].fewer).toHaveLength(2);
    expect(code).toBe(0);
  });

  test('writes a page without scripts', async () => {
    const { code } = await backtest(at('bucket'), '--policy', at('few.json'), '--html', at('page.html'));
    const page = readFileSync(at('page.html'), 'utf8');
    expect([code, /<script/.test(page)]).toEqual([0, false]);
    expect(page).toContain('Each run, replayed alone, with another plan first');
  });

  test('reads records at any depth, plain and gzipped, beside those that lie as in a bucket', async () => {
    const [kept = ''] = readdirSync(at('bucket'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.gz'),
    );
    const mixed = at('mixed');
    mkdirSync(join(mixed, 'a/b/.hidden'), { recursive: true });
    mkdirSync(join(mixed, kept, '..'), { recursive: true });
    copyFileSync(at(join('bucket', kept)), join(mixed, kept));
    copyFileSync(at('one.json'), join(mixed, 'a/b/one.json'));
    copyFileSync(at('one.json'), join(mixed, 'a/b/.hidden/one.json'));
    writeFileSync(join(mixed, 'a/one.json.gz'), gzipSync(readFileSync(at('one.json'))));
    writeFileSync(join(mixed, 'a/foreign.json'), '{ "a": 1 }');
    writeFileSync(join(mixed, 'notes.txt'), 'no record');
    const { stdout, stderr } = await backtest(mixed, '--policy', at('few.json'), '--json');
    const { replayed, notReplayed } = JSON.parse(stdout);
    expect([replayed + notReplayed.reduced, notReplayed.unreadable]).toEqual([3, 1]);
    expect(stderr).toMatch(/^\S+foreign\.json is left out\. \(root\): found [^\n]+\n?$/);
  });

  test('follows no link to a folder and waits for no pipe, and reads a link to a record', async () => {
    const links = at('links');
    mkdirSync(links);
    symlinkSync('.', join(links, 'again'));
    symlinkSync('nowhere', join(links, 'lost.json'));
    symlinkSync(at('one.json'), join(links, 'one.json'));
    execFileSync('mkfifo', [join(links, 'pipe.json')]);
    const { stdout, stderr } = await backtest(links, '--policy', at('few.json'), '--json');
    expect([JSON.parse(stdout).replayed, stderr]).toEqual([1, '']);
  });

  test('of a name that does not exist is refused, and not an empty past', async () => {
    const { code, stdout, stderr } = await backtest(
      at('nowhere'),
      at('one.json'),
      '--policy',
      at('off.json'),
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('nowhere cannot be read: name a folder with records');
  });

  test('of nothing is a result', async () => {
    const { code, stdout } = await backtest(at('empty'), '--policy', at('off.json'));
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('Nothing to backtest: no kept run can be replayed.'),
    ]);
  });

  test('names a record that it cannot read, and refuses a policy that is none', async () => {
    const [unreadable, refused] = await Promise.all([
      backtest(at('bad.json'), at('one.json'), '--policy', at('off.json')),
      backtest(at('one.json'), '--policy', at('bad.json')),
    ]);
    expect([unreadable.code, unreadable.stderr]).toEqual([
      0,
      expect.stringContaining('bad.json is left out'),
    ]);
    expect(unreadable.stdout).toContain('1 unreadable');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('mood')]);
  });
});
