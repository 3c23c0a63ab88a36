/** An interval in whole milliseconds, as a double: JavaScript keeps all its digits. */
export const sqlMilliseconds = (interval: string): string =>
  `pg_catalog.floor(pg_catalog.date_part('epoch'::pg_catalog.text, ${interval}) OPERATOR(pg_catalog.*) 1000::pg_catalog.float8)`;
