import { execFileSync, spawnSync } from 'node:child_process';
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { PasteLanguage } from '../../../functions/core/advice/advice.ts';
import { adviseOn } from '../../../functions/core/advice/advise.ts';
import { HOUR } from '../../support/builders.ts';
import { anAdviceCase, LEAK, SHOP } from './an-advice-case.ts';

const APPLICATIONS = ['nodejs', 'psycopg2', 'HikariPool-1', 'airflow', '.net', 'puma', 'prisma', 'web'];
const PASTES = APPLICATIONS.flatMap((application) =>
  (['connection-leak', 'oversized-idle-pools', 'idle-in-transaction'] as const).flatMap((cause) => {
    const groups = [{ ...LEAK, application, toAgeMs: HOUR }, SHOP];
    const { record, diagnosis } = anAdviceCase({ groups, cause });
    return adviseOn(record, diagnosis).flatMap(({ paste }) => paste ?? []);
  }),
);
const textsIn = (language: PasteLanguage) =>
  new Set(PASTES.filter((paste) => paste.language === language).map(({ lines }) => lines.join('\n')));

/** What HikariConfig has setters for, by its documentation. */
const HIKARI = new Set([
  'connectionTimeout',
  'idleTimeout',
  'leakDetectionThreshold',
  'maxLifetime',
  'maximumPoolSize',
  'minimumIdle',
]);
const python = spawnSync('python3', ['--version']).status === 0;

describe('lines to paste are right', () => {
  test('as JavaScript', () => {
    const texts = textsIn('javascript');
    expect(texts.size).toBe(2);
    for (const text of texts) expect(() => new Script(`async () => {\n${text}\n};`)).not.toThrow();
  });

  test.skipIf(!python)('as Python (where python3 is there)', () => {
    const texts = textsIn('python');
    expect(texts.size).toBe(1);
    for (const text of texts)
      execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: text });
  });

  test('as properties of HikariCP', () => {
    const texts = textsIn('properties');
    expect(texts.size).toBe(2);
    const lines = [...texts].join('\n').split('\n');
    for (const line of lines.filter((each) => !each.startsWith('# '))) {
      const [, name = '', value] = /^(\w+)=(\d+)$/.exec(line) ?? [];
      expect(HIKARI).toContain(name);
      expect(Number(value)).toBeGreaterThan(0);
    }
  });
});
