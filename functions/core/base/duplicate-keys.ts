import { pathText } from './schema-findings.ts';

/** An object with the keys that it has so far, or a list. The step is the key or the index that is being read. */
type Level = { readonly keys: Set<string> | null; step: PropertyKey };

/**
 * Keys that one object of a JSON text has twice, each with its path. `JSON.parse` keeps the last of them without a word.
 * The text has to be JSON.
 */
export function duplicateKeys(text: string): readonly string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  // What may stand between two strings: brackets, commas and colons matter, numbers and words do not.
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]/g)) {
    if (token === '{') levels.push({ keys: new Set(), step: '' });
    else if (token === '[') levels.push({ keys: null, step: 0 });
    else if (token === '}' || token === ']') levels.pop();
    const level = levels.at(-1);
    if (token === ',' && typeof level?.step === 'number') level.step += 1;
    if (colon === undefined || level === undefined || level.keys === null) continue;
    const key = String(JSON.parse(token.slice(0, -colon.length)));
    level.step = key;
    if (level.keys.has(key)) found.push(pathText(levels.map(({ step }) => step)));
    level.keys.add(key);
  }
  return found;
}
