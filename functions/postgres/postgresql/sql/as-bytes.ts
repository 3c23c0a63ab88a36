/**
 * A name or a text as the server stores it, in ASCII with escapes, so that no answer depends on an encoding.
 * core/base/server-text.ts reads it. The send functions convert to the client's encoding. Ours is SQL_ASCII
 * (sql/begin-session.ts), for which nothing is converted.
 */
export const nameBytes = (name: string): string => escaped(`pg_catalog.namesend(${name})`);

export const textBytes = (text: string): string => escaped(`pg_catalog.textsend(${text})`);

/** Cuts off between bytes. `left` would look for characters, and fails on bytes that are none. */
export const firstBytes = (text: string, most: number): string =>
  escaped(`pg_catalog.substr(pg_catalog.textsend(${text}), 1, ${most})`);

export const escaped = (bytes: string): string => `pg_catalog.encode(${bytes}, 'escape'::pg_catalog.text)`;
