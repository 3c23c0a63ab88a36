/** The marks around the figures of one benchmark in a document. All else in it is written by hand. */
const beginOf = (name: string) => `<!-- figures: ${name} -->`;
const endOf = (name: string) => `<!-- end: ${name} -->`;

/**
 * Replaces the figures in a document.
 * @throws Error when the document has no place for them.
 */
export function withFigures(document: string, name: string, figures: string): string {
  const [before, rest] = split(document, beginOf(name));
  const [, after] = split(rest, endOf(name));
  return `${before}${beginOf(name)}\n\n${figures.trim()}\n\n${endOf(name)}${after}`;
}

/** Every goal in the document under the name of its benchmark, with its result. */
export function goalsIn(document: string, names: readonly string[]): string {
  const lines = names.flatMap((name) => {
    const [figures] = split(split(document, beginOf(name))[1], endOf(name));
    const goals = figures.split('\n').filter((line) => line.startsWith('Goal: '));
    return goals.map((line) => `- \`${name}\`: ${line.slice('Goal: '.length)}`);
  });
  return lines.join('\n');
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`The document has no "${mark}".`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
