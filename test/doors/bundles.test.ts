import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeVersion } from '../../build/bundling.ts';
import { BUNDLES } from '../../functions/contract.ts';

/** All code of a built bundle. */
function codeOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** All code that is loaded when a bundle's entry is: the files that it imports, and those that they import. */
function loadedWith(folder: string, name = 'index.mjs', seen = new Set<string>()): string {
  if (seen.has(name)) return '';
  seen.add(name);
  const text = readFileSync(join(folder, name), 'utf8');
  const imported = [...text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)];
  return [text, ...imported.map(([, file = '']) => loadedWith(folder, file, seen))].join('\n');
}

describe('a bundle holds what its function needs', () => {
  const remediate = codeOf(BUNDLES.remediate);
  const report = codeOf(BUNDLES.report);

  test.each(['GetSecretValue', 'pg_terminate_backend', 'X-Amz-Signature'])('remediate has %s', (text) => {
    expect(remediate).toContain(text);
  });

  test.each(['WHAT HAPPENED', 'SNSClient', 'Usage:', 'S3Client'])('remediate has no %s', (text) => {
    expect(remediate.includes(text)).toBe(false);
  });

  test('report has no statement for a server', () => {
    expect(report.includes('pg_stat_get_activity')).toBe(false);
  });

  test("report has Secrets Manager's client, for receivers, in files that are not loaded with it", () => {
    const client = 'com.amazonaws.secretsmanager';
    expect([report.includes(client), loadedWith(BUNDLES.report).includes(client)]).toEqual([true, false]);
  });

  test.each([
    ['what only GaussDB needs', 'pg_terminate_session'],
    ["Secrets Manager's client", 'com.amazonaws.secretsmanager'],
    ["DynamoDB's client", 'com.amazonaws.dynamodb'],
    ['the search for credentials', 'AssumeRoleWithWebIdentity'],
    ['the signer of IAM tokens', 'X-Amz-Signature'],
    ['the form of memory', 'keepToldBy'],
  ])('remediate has %s in files that are not loaded with it', (_, text) => {
    expect([remediate.includes(text), loadedWith(BUNDLES.remediate).includes(text)]).toEqual([true, false]);
  });

  test('an import of node:http, which would load undici, is in none', () => {
    const form = /(?:from|import\()"node:https?"/;
    expect([remediate, report].map((code) => form.exec(code)?.[0])).toEqual([undefined, undefined]);
    expect(remediate).toMatch(/require\("node:https"\)/);
  });

  test.each([
    ['remediate', BUNDLES.remediate, 'pg/lib/client.js'],
    ['report', BUNDLES.report, 'SNSClient'],
  ])('%s is loaded with what each run needs', (_, folder, text) => {
    expect(loadedWith(folder).includes(text)).toBe(true);
  });

  test('each names its version and commit', () => {
    const said = codeVersion();
    expect(said).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]{12,}(-dirty)?)?$/);
    for (const code of [remediate, report]) expect(code).toContain(said.replace(/-dirty$/, ''));
    expect(codeVersion('')).toBe(said.split('+')[0]);
  });

  test('the command runs from its bundle', () => {
    const help = execFileSync(process.execPath, [join('dist', 'cli', 'cli.mjs'), '--help'], {
      encoding: 'utf8',
    });
    expect(help).toContain('headroom plan --url');
  });
});
