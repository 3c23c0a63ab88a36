import { cleanName } from '../../core/base/clean-text.ts';
import { coerceError } from '../../core/base/errors.ts';

const MOST_CHARACTERS = 300;

/**
 * The text of an error for our own messages: one line of limited length. Others choose parts of it, such as an owner of the
 * database with a setting that the server cannot take. Line breaks in it could forge lines of ours.
 */
export function serverWords(error: unknown): string {
  return cleanName(coerceError(error).message, MOST_CHARACTERS);
}
