/** The columns of a table one below the other, as the formatter wants them. */
export function tableText([headings = [], ...lines]: readonly (readonly string[])[]): string {
  const widths = headings.map((_, at) =>
    Math.max(...[headings, ...lines].map((cells) => cells[at]?.length ?? 0)),
  );
  const row = (cells: readonly string[], filler = ' ') =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width, filler)).join(' | ')} |`;
  return [row(headings), row([], '-'), ...lines.map((cells) => row(cells))].join('\n');
}
