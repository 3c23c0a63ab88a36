/** Several measurements of one thing. `low` and `high` are the quartiles. */
export type Measured = {
  readonly name: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
};

/** A thing to measure. If `run` returns a number, that counts instead of the elapsed milliseconds. */
export type Side = { readonly name: string; readonly run: (round: number) => unknown };

/**
 * Runs all sides in turn, so that other load on the machine affects all alike, and the order of the sides changes. The
 * first rounds warm up and do not count.
 */
export async function compare(
  sides: readonly Side[],
  rounds: number,
  warmUp = 3,
): Promise<readonly Measured[]> {
  const values = sides.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round += 1) {
    const order = [...sides.entries()];
    for (const [index, { run }] of round % 2 === 0 ? order : order.toReversed()) {
      const startedAt = performance.now();
      const returned = await run(round);
      const value = typeof returned === 'number' ? returned : performance.now() - startedAt;
      if (round >= 0) values[index]?.push(value);
    }
  }
  return sides.map(({ name }, index) => measuredOf(name, values[index] ?? []));
}

export function measuredOf(name: string, values: readonly number[]): Measured {
  const sorted = values.toSorted((a, b) => a - b);
  return { name, median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Of values in ascending order. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

/** One row of a table: first ours, then the others that it is compared with. */
export type Compared = { readonly what: string; readonly measured: readonly Measured[] };

/** A column for each side with median and quartiles, and ours divided by each of the others. */
export function comparisonTable(rows: readonly Compared[], unit: string, digits = 1): string {
  const [ours, ...others] = rows[0]?.measured ?? [];
  const names = [ours, ...others].map((side) => `${side?.name}, ${unit}`);
  const cellOf = ({ median, low, high }: Measured) =>
    `${number(median, digits)} (${number(low, digits)}–${number(high, digits)})`;
  return markdownTable([
    ['', ...names, ...others.map(({ name }) => `to ${name}`)],
    ...rows.map(({ what, measured }) => [
      what,
      ...measured.map(cellOf),
      ...ratiosOf(measured).map((ratio) => `${ratio.toFixed(2)} ×`),
    ]),
  ]);
}

/** Ours divided by each of the others. */
export function ratiosOf([ours, ...others]: readonly Measured[]): readonly number[] {
  return others.map(({ median }) => (ours?.median ?? Number.NaN) / median);
}

/** The first row is the head. All columns but the first hold numbers. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** One sentence on a goal, which says plainly if it is missed. All values in `reached` have to be at most `atMost`. */
export function goal(
  what: string,
  atMost: number,
  reached: readonly number[],
  { unit = '×', digits = 2 }: { readonly unit?: string; readonly digits?: number } = {},
): string {
  const values = reached.map((value) => number(value, digits));
  const isMet = reached.every((value) => value <= atMost);
  return `Goal: ${what} at most ${number(atMost, digits)} ${unit}. ${isMet ? 'Reached' : '**Missed**'}: ${values.join(', ')} ${unit}.`;
}
