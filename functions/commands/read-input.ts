import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type ErrorCode, RemediationError } from '../core/errors.ts';

/** What stands for standard input where a file is asked for. */
export const STDIN = '-';

/**
 * The text of a file, or of standard input for `-`.
 * @throws RemediationError with the given code when it cannot be read.
 */
export async function readInput(path: string, what: string, code: ErrorCode): Promise<string> {
  try {
    const bytes = path === STDIN ? await buffer(process.stdin) : await readFile(path);
    // A name that is no UTF-8 would become another name, and protect nobody. A byte order mark is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    const message = `The ${what} ${path} cannot be read (${reason}): name a readable file, or - for standard input.`;
    throw new RemediationError(code, message, { cause });
  }
}
