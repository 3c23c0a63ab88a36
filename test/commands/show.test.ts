import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { keepIn } from '../../functions/aws/records.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { fullTextOf } from '../../functions/render/message/full-text.ts';
import { renderForTerminal } from '../../functions/render/message/render-incident.ts';
import { INCIDENTS } from '../support/incidents.ts';
import { keepWhole } from '../support/keep-whole.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';
import { renderPage } from '../support/render-page.ts';
import { runHeadroom } from './run-headroom.ts';

const BUCKET = 'records-of-pg-headroom';
const RECORD: KeptRecord = { ...INCIDENTS.recovered(), reduced: [] };
const URL = `s3://${BUCKET}/records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2.json.gz`;
const TEXT = renderForTerminal(RECORD, []);

let folder: string;
let s3: LoopbackS3;
const fileOf = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-show-'));
  const text = JSON.stringify(RECORD);
  writeFileSync(fileOf('run.json'), text);
  writeFileSync(fileOf('run.json.gz'), gzipSync(text));
  const { reduced: _, ...record } = RECORD;
  writeFileSync(fileOf('as-it-came.json.gz'), gzipSync(JSON.stringify(packRecord(record))));
  writeFileSync(fileOf('cut.json.gz'), gzipSync(text).subarray(0, 900));
  writeFileSync(fileOf('new.json'), JSON.stringify({ ...RECORD, version: 2 }));
  writeFileSync(fileOf('latin.json'), Buffer.from('{"server": "caf\xe9"}', 'latin1'));
  s3 = await startLoopbackS3([BUCKET]);
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
  await keepWhole(keepIn(BUCKET), RECORD);
  vi.unstubAllEnvs();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await s3[Symbol.asyncDispose]();
});

describe.concurrent('headroom show', () => {
  test.each(['run.json', 'run.json.gz', 'as-it-came.json.gz'])(
    'prints %s as on-call got it',
    async (name) => {
      const { code, stdout } = await runHeadroom(['show', fileOf(name)]);
      expect([code, stdout]).toEqual([0, TEXT]);
    },
  );

  test('prints everything that is known with --full', async () => {
    const { code, stdout } = await runHeadroom(['show', fileOf('run.json.gz'), '--full']);
    expect([code, stdout]).toEqual([0, fullTextOf(RECORD)]);
  });

  test('prints a record from standard input', async () => {
    const input = gzipSync(JSON.stringify(RECORD));
    expect(await runHeadroom(['show', '-'], { input })).toMatchObject({ code: 0, stdout: TEXT });
  });

  test('prints a record from its bucket', async () => {
    const shown = await runHeadroom(['show', URL], { environment: s3.environment });
    expect(shown).toMatchObject({ code: 0, stdout: TEXT, stderr: '' });
  });

  test('prints the record itself, which can be read again', async () => {
    const { stdout } = await runHeadroom(['show', fileOf('run.json.gz'), '--json']);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(RECORD)));
    expect((await runHeadroom(['show', '-'], { input: stdout })).stdout).toBe(TEXT);
  });

  test.each([
    ['a file that is not there', ['no.json'], 2, /no\.json cannot be read \(there is no such file\)/],
    [
      'a gzip that is cut off',
      ['cut.json.gz'],
      2,
      /gzipped bytes that cannot be unpacked, expected a whole gzipped record/,
    ],
    ['another version', ['new.json'], 2, /version: found 2, expected 1: a newer headroom reads it/],
    ['no UTF-8', ['latin.json'], 2, /latin\.json cannot be read/],
  ])('refuses %s', async (_, [name = ''], expected, message) => {
    const { code, stdout, stderr } = await runHeadroom(['show', fileOf(name)]);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(message);
  });

  test.each([
    [
      'a key that is not there',
      `s3://${BUCKET}/records/x.json.gz`,
      3,
      /s3:\/\/[\w-]+\/records\/x\.json\.gz cannot be read \(NoSuchKey: /,
    ],
    ['an address without a key', `s3://${BUCKET}`, 2, /expected s3:\/\/BUCKET\/KEY/],
  ])('refuses %s', async (_, url, expected, message) => {
    const { code, stdout, stderr } = await runHeadroom(['show', url], { environment: s3.environment });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(message);
  });

  test.each([
    ['region', {}, 2, 'No AWS region is known: set AWS_REGION'],
    ['credentials', { AWS_REGION: 'eu-west-1' }, 3, 'no AWS credentials were found, '],
  ])('asks for %s where there are none', async (_, environment, expected, message) => {
    const nowhere = { HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
    const { code, stderr } = await runHeadroom(['show', URL], {
      environment: { ...nowhere, ...environment },
    });
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });
});

describe.concurrent('headroom report', () => {
  test.each([
    ['a file', () => fileOf('run.json.gz')],
    ['its bucket', () => URL],
  ])('draws the page of a record from %s', async (name, from) => {
    const html = fileOf(`${name}.html`);
    const drawn = await runHeadroom(['report', from(), '--html', html], { environment: s3.environment });
    expect(drawn).toMatchObject({ code: 0, stdout: '', stderr: `The page was written to ${html}.\n` });
    expect(readFileSync(html, 'utf8')).toBe(renderPage(RECORD));
  });

  test('prints the page where standard output is asked for', async () => {
    const { code, stdout } = await runHeadroom(['report', fileOf('run.json'), '--html', '-']);
    expect([code, stdout]).toEqual([0, renderPage(RECORD)]);
  });

  test('writes nothing of what is no record', async () => {
    const html = fileOf('never.html');
    const { code, stderr } = await runHeadroom(['report', fileOf('new.json'), '--html', html]);
    expect(code).toBe(2);
    expect(stderr).toContain('a newer headroom reads it');
    expect(existsSync(html)).toBe(false);
  });

  test.each([
    ['no place for the page', [], /required option '--html <file>'/],
    ['a folder that is not there', ['--html', '/nowhere/x.html'], /cannot be written to .*ENOENT/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await runHeadroom(['report', fileOf('run.json'), ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

test('headroom schema record prints the JSON Schema of records', async () => {
  const { code, stdout } = await runHeadroom(['schema', 'record']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).properties.version).toMatchObject({ const: 1 });
});
