import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLES } from '../../functions/contract.ts';

/** All code of a built bundle. */
function codeOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** What is loaded with a bundle's entry: one file, which imports no other. */
function loadedWith(folder: string): string {
  const entry = readFileSync(join(folder, 'index.mjs'), 'utf8');
  const [, file = '', ...others] = entry.split(/from"(\.\/[^"]+)"/);
  expect(others).toHaveLength(1);
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).not.toMatch(/\b(from|import)"\.\//);
  return text;
}

describe('a bundle holds what its function needs', () => {
  const remediate = codeOf(BUNDLES.remediate);
  const report = codeOf(BUNDLES.report);

  it.each(['GetSecretValue', 'pg_terminate_backend', 'X-Amz-Signature'])('remediate has %s', (text) => {
    expect(remediate).toContain(text);
  });

  it.each([
    'WHAT HAPPENED',
    'TopicArn',
    'AssumeRoleWithWebIdentity',
    'sso-oidc',
    'Usage:',
    'DynamoDBClient',
    'smithy',
  ])('remediate has no %s', (text) => {
    expect(remediate).not.toContain(text);
  });

  it.each(['pg_stat_get_activity', 'SecretString', 'AssumeRoleWithWebIdentity'])(
    'report has no %s',
    (text) => {
      expect(report).not.toContain(text);
    },
  );

  it.each([
    ['what only GaussDB needs', 'pg_terminate_session'],
    ['what a run needs that got in', 'function planRemediation'],
  ])('remediate has %s in files that are not loaded with it', (_, text) => {
    expect(remediate).toContain(text);
    expect(loadedWith(BUNDLES.remediate)).not.toContain(text);
  });

  it.each([
    ['remediate', BUNDLES.remediate, 'pg/lib/client.js'],
    ['report', BUNDLES.report, 'SNSClient'],
  ])('%s is loaded as one file', (_, folder, text) => {
    expect(loadedWith(folder)).toContain(text);
  });

  it('the command runs from its bundle', () => {
    const help = execFileSync(process.execPath, [join('dist', 'cli', 'cli.mjs'), '--help'], {
      encoding: 'utf8',
    });
    expect(help).toContain('headroom plan --url');
  });
});
