type Level = { readonly keys: Set<string> | null; step: string };

/**
 * Keys that one object of a JSON text has twice, each with its path. `JSON.parse` keeps the last of them without a word.
 * The text has to be JSON.
 */
export function duplicateKeys(text: string): readonly string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  // What may stand between two strings: brackets, commas and colons matter, numbers and words do not.
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') levels.push({ keys: token === '{' ? new Set() : null, step: '' });
    else if (token === '}' || token === ']') levels.pop();
    const level = levels.at(-1);
    if (colon === undefined || level?.keys === null || level === undefined) continue;
    level.step = String(JSON.parse(token.slice(0, -colon.length)));
    if (level.keys.has(level.step))
      found.push(
        levels
          .map(({ step }) => step)
          .filter(Boolean)
          .join('.'),
      );
    level.keys.add(level.step);
  }
  return found;
}
