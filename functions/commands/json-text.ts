/**
 * JSON that people can read as well: each key of the document on a line of its own, each entry of a list too. ASCII only:
 * names may hold characters that a terminal obeys, and JSON leaves some of them as they are.
 */
export function jsonText(document: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(document)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${valueText(value)}`);
  return `{\n${lines.join(',\n')}\n}`.replace(/[^\x20-\x7e\n]/g, escaped);
}

function valueText(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
