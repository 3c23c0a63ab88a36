import { writeFile } from 'node:fs/promises';
import { RemediationError } from '../core/base/errors.ts';
import { STDIN } from './read-input.ts';
import { print, printNote } from './terminal.ts';

/**
 * Writes a page to a file, or to standard output for `-`.
 * @throws RemediationError `config-invalid` when it cannot be written.
 */
export async function writePage(page: string, path: string): Promise<void> {
  if (path === STDIN) {
    print(page.trimEnd());
    return;
  }
  try {
    await writeFile(path, page);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unwritable';
    const message = `The page cannot be written to ${path} (${reason}): name a file in a folder that exists.`;
    throw new RemediationError('config-invalid', message, { cause });
  }
  printNote(`The page was written to ${path}.`);
}
