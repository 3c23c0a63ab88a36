import { coerceError } from '../../core/base/errors.ts';
import { forgetInIndex, type ToForget } from '../../core/incident/forget-in-index.ts';
import { drawIndex } from '../../report/draw-index.ts';
import { readIndex } from '../../report/index-file.ts';
import type { Keep } from '../../report/report-ports.ts';
import { printNote } from '../terminal.ts';

/** A report that writes at the same time wins. */
const TRIES = 5;

/** Takes the server or the program out of the indexes. False where one could not be written; a note says why. */
export async function forgetInIndexes(what: ToForget, keep: Keep): Promise<boolean> {
  const done: boolean[] = [];
  for (const server of [what.server, null]) done.push(await forgetIn(server, what, keep));
  return done.every(Boolean);
}

async function forgetIn(server: string | null, what: ToForget, keep: Keep): Promise<boolean> {
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = await keep.index.read(server);
      if (before === null) return true;
      const page = await drawIndex(server, forgetInIndex(readIndex(before.page), what), keep);
      if (page === before.page || (await keep.index.write(server, page, before.version))) return true;
    }
    printNote(
      'An index of incidents was overtaken by reports, and still has the names: run the command again.',
    );
  } catch (thrown) {
    printNote(`An index of incidents still has the names. ${coerceError(thrown).message}`);
  }
  return false;
}
