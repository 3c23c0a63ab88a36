import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type ErrorCode, RemediationError } from '../core/base/errors.ts';

/** The argument that means standard input. */
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
  let bytes: Uint8Array;
  try {
    bytes = path === STDIN ? await buffer(process.stdin) : await readFile(path);
  } catch (cause) {
    throw unreadable(path, what, code, cause);
  }
  if (bytes.length > 0) return bytes;
  const message = `The ${what} ${path === STDIN ? 'on standard input' : path} is empty: name a file with content, or - for standard input.`;
  throw new RemediationError(code, message);
}

/** @throws RemediationError with the given code when the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array, path: string, what: string, code: ErrorCode): string {
  try {
    // Not lenient: invalid bytes would turn a name into another name, which then protects no session. A byte order mark
    // is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(path, what, code, cause);
  }
}

/** What Node's codes mean. */
const READING_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is no UTF-8 text',
};

function unreadable(path: string, what: string, code: ErrorCode, cause: unknown): RemediationError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
  const message = `The ${what} ${path} cannot be read (${READING_FAILURES[reason] ?? reason}): name a readable file, or - for standard input.`;
  return new RemediationError(code, message, { cause });
}
