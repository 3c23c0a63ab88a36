import { cleanName } from '../../core/base/clean-text.ts';

/** Quotes names that a shell would split or interpret. */
export function shellWord(name: string): string {
  return /^[\w.:/][\w.:/-]*$/.test(name) ? name : `'${cleanName(name).replaceAll("'", "'\\''")}'`;
}
