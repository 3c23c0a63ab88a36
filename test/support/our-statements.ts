import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../functions/postgres/', import.meta.url));

export type OurStatement = { readonly file: string; readonly text: string };

/**
 * Every statement that the product can send to a server, from all files in folders named `sql`. A new statement is found
 * without a list. A function makes one statement for each of its choices. Exports that are no statement are parts of one.
 */
export async function ourStatements(): Promise<readonly OurStatement[]> {
  const files = globSync('{postgresql,gaussdb}/sql/*.ts', { cwd: FOLDER }).toSorted();
  const found = await Promise.all(
    files.map(async (file) => {
      const exported: readonly unknown[] = Object.values(await import(`${FOLDER}${file}`));
      return exported.flatMap(textsOf).map((text) => ({ file, text }));
    }),
  );
  return found.flat().filter(({ text }) => /^\s*(?:SELECT|WITH|SET|SHOW|VALUES|TABLE)\b/i.test(text));
}

function textsOf(exported: unknown): readonly string[] {
  if (typeof exported === 'string') return [exported];
  if (typeof exported !== 'function') return [];
  const made: readonly unknown[] = [true, false].map((choice) => exported(choice));
  return made.filter((text) => typeof text === 'string');
}
