import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * All that is loaded with an entry comes in one file. esbuild makes a file for each set of modules that the same entries and
 * `import()`s share, ten for `remediate`, most of them tiny, and each takes a third of a millisecond to load. Where whatever
 * is imported on demand imports the entry, which has been loaded by then, only what several of those share is left apart.
 *
 * Not for an entry that awaits anything at its top level: what is imported meanwhile would wait for it for ever.
 */
export function oneEagerFile(entry: string): Plugin {
  const importEntry = `import ${JSON.stringify(resolve(entry))};`;
  const onDemand = new Set<string>();
  return {
    name: 'one-eager-file',
    setup: ({ onLoad, onResolve, resolve: find }) => {
      onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === onDemand) return null;
        const found = await find(path, { kind, importer, resolveDir, pluginData: onDemand });
        if (!found.external) onDemand.add(found.path);
        return found;
      });
      onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
        if (!onDemand.has(path)) return null;
        const text = await readFile(path, 'utf8');
        // An import would make a module of what is none.
        if (!/^(import|export)\b/m.test(text))
          return { errors: [{ text: `${path} is imported on demand and is no ECMAScript module` }] };
        const contents = `${text}\n${importEntry}`;
        return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
      });
    },
  };
}
