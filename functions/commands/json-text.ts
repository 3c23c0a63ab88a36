/**
 * JSON that people can read too: each key of the document and each entry of a list is on a line of its own. It is ASCII
 * only, because names may hold characters that control a terminal and that JSON does not escape.
 */
export function jsonText(document: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(document)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${valueText(value)}`);
  return ascii(`{\n${lines.join(',\n')}\n}`);
}

/** The same on one line. */
export function asciiJson(document: Readonly<Record<string, unknown>>): string {
  return ascii(JSON.stringify(document));
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e\n]/g, escaped);
}

function valueText(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
