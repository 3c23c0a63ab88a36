/** Rows as columns. Equal values next to each other compress to almost nothing. */
export type Columned<Row> = { readonly [Key in keyof Row]: readonly Row[Key][] };

export function toColumns<Row>(keys: readonly (keyof Row)[], rows: readonly Row[]): Columned<Row> {
  const columns: unknown = Object.fromEntries(keys.map((key) => [key, rows.map((row) => row[key])]));
  return columns as Columned<Row>;
}

/** When a column is missing, its values are null. */
export function fromColumns<Row>(
  keys: readonly (keyof Row)[],
  columns: Partial<Columned<Row>>,
): readonly Row[] {
  const [first] = keys;
  const rows = (first === undefined ? undefined : columns[first]) ?? [];
  const named = keys.map((key) => [key, columns[key]] as const);
  return rows.map((_, at) => {
    const row: Partial<Record<keyof Row, unknown>> = {};
    for (const [key, column] of named) row[key] = column?.[at] ?? null;
    return row as Row;
  });
}
