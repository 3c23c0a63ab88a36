import { afterEach, describe, expect, test, vi } from 'vitest';
import { logLine } from '../../functions/lambda/log-line.ts';
import { logRun } from '../../functions/lambda/log-run.ts';
import { HOSTILE, runNamed } from '../support/hostile.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function linesOf(write: () => void): readonly string[] {
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  write();
  const text = stdout.mock.calls.map(([chunk]) => String(chunk)).join('');
  stdout.mockRestore();
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

describe('a line in the log', () => {
  test.each(Object.entries(HOSTILE))('with %s in it is one line, and says what it says', (_, name) => {
    const fields = { server: name, subject: name, message: name, nested: { [`x${name}`]: name } };
    const lines = linesOf(() => logLine('told', fields));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(lines[0] ?? '')).toEqual({ event: 'told', ...fields });
  });

  test.each(Object.entries(HOSTILE))('about a run with %s is one line and no other event', (_, name) => {
    const lines = linesOf(() => logRun(runNamed(name)));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'run', server: name, runId: name });
  });
});
