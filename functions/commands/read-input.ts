import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type ErrorCode, RemediationError } from '../core/base/errors.ts';

/** What stands for standard input where a file is asked for. */
export const STDIN = '-';

/**
 * The text of a file, or of standard input for `-`.
 * @throws RemediationError with the given code when it cannot be read.
 */
export async function readInput(path: string, what: string, code: ErrorCode): Promise<string> {
  return decodeText(await readBytes(path, what, code), path, what, code);
}

/** @throws RemediationError with the given code when it cannot be read. */
export async function readBytes(path: string, what: string, code: ErrorCode): Promise<Uint8Array> {
  try {
    return path === STDIN ? await buffer(process.stdin) : await readFile(path);
  } catch (cause) {
    throw unreadable(path, what, code, cause);
  }
}

/** @throws RemediationError with the given code when it is no UTF-8. */
export function decodeText(bytes: Uint8Array, path: string, what: string, code: ErrorCode): string {
  try {
    // A name that is no UTF-8 would become another name, and protect nobody. A byte order mark is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(path, what, code, cause);
  }
}

function unreadable(path: string, what: string, code: ErrorCode, cause: unknown): RemediationError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
  const message = `The ${what} ${path} cannot be read (${reason}): name a readable file, or - for standard input.`;
  return new RemediationError(code, message, { cause });
}
