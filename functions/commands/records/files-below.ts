import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** In a folder such as `.git`. */
const HIDDEN = /(^|[/\\])\.[^/\\]/;

/**
 * Files in a folder at any depth, except hidden ones. A link to a folder is not followed, because it may lead back; a pipe
 * is no file, because a read of it may never end.
 */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const isFile = entry.isFile() || (entry.isSymbolicLink() && (await isFileBehind(path)));
      return isFile && !HIDDEN.test(relative(folder, path)) ? [path] : [];
    }),
  );
  return files.flat();
}

async function isFileBehind(link: string): Promise<boolean> {
  return stat(link).then(
    (found) => found.isFile(),
    () => false,
  );
}
