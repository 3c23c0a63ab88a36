/**
 * A name or a text as the server keeps it, in ASCII with escapes, so that no answer depends on an encoding: see
 * core/server-text.ts, which reads it. The send functions convert to the client's encoding: our session's is SQL_ASCII
 * (sql/begin-session.ts), for which nothing is converted.
 */
export const nameBytes = (name: string): string => escaped(`pg_catalog.namesend(${name})`);

export const textBytes = (text: string): string => escaped(`pg_catalog.textsend(${text})`);

/** Cut off between bytes: `left` looks for letters and fails where there are none. */
export const firstBytes = (text: string, most: number): string =>
  escaped(`pg_catalog.substr(pg_catalog.textsend(${text}), 1, ${most})`);

export const escaped = (bytes: string): string => `pg_catalog.encode(${bytes}, 'escape'::pg_catalog.text)`;
