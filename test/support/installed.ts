import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** Servers' programs are where not everybody's shell looks. */
export const PROGRAM_PATH = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter);

function isInstalled(program: string): boolean {
  return PROGRAM_PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Tests of a program that comes from the system's packages. Where it is missing they are skipped and say so; in CI, which
 * installs it, that is a failure.
 */
export function describeWith(program: string, packageName: string, what: string, tests: () => void): void {
  if (isInstalled(program)) {
    describe(what, tests);
    return;
  }
  const missing = `${program} is not installed (Debian's package ${packageName})`;
  if (process.env.CI)
    describe(what, () => {
      test('can run', () => {
        throw new Error(`${missing}: .ci/install-packages installs it`);
      });
    });
  else describe.skip(`${what}: skipped, ${missing}`, tests);
}
