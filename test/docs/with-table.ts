/** The document with a table in its place; all else in it is written by hand. */
export function withTable(document: string, name: string, table: string): string {
  const [begin, end] = [`<!-- table: ${name} -->`, `<!-- end: ${name} -->`];
  const [before, rest = ''] = document.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`The document has no "${begin}" with its end.`);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}
