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
  sayMissing(what, program, packageName);
}

/** In place of the tests of what is not there: a skipped one that says so, or in CI a failing one. */
export function sayMissing(what: string, program: string, packages: string): void {
  const missing = `${program} is not installed (in Debian: ${packages})`;
  test.skipIf(!process.env.CI)(`${what}: ${missing}`, () => {
    throw new Error(`${missing}: .ci/install-packages installs it`);
  });
}
