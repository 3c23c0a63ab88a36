import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** Programs of servers are in folders that are not on every PATH. */
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
 * Tests of a program from the system's packages. Where it is missing they are skipped and say so. CI installs it, so there
 * that is a failure.
 */
export function describeWith(program: string, packageName: string, what: string, tests: () => void): void {
  if (isInstalled(program)) {
    describe(what, tests);
    return;
  }
  sayMissing(what, program, packageName);
}

/** Takes the place of tests whose program is missing: a skipped test that says so, or in CI a failing one. */
export function sayMissing(what: string, program: string, packages: string): void {
  const missing = `${program} is not installed (in Debian: ${packages})`;
  test.skipIf(!process.env.CI)(`${what}: ${missing}`, () => {
    throw new Error(`${missing}: .ci/install-packages installs it`);
  });
}
