import { cleanName } from '../../core/base/clean-text.ts';
import { coerceError } from '../../core/base/errors.ts';

const MOST_CHARACTERS = 300;

/**
 * An error's text, as our own messages quote it: one line, of a bounded length. Others choose parts of it, such as a
 * database's owner with a setting that the server cannot take: line breaks would forge lines of ours.
 */
export function serverWords(error: unknown): string {
  return cleanName(coerceError(error).message, MOST_CHARACTERS);
}
