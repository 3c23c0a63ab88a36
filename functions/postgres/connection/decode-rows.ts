import type { Session } from '../../core/server/session.ts';
import { decodeLimits, decodeNames, type EscapedNames } from '../../core/server/session-names.ts';
import type { ConnectionLimit, Slots } from '../../core/server/snapshot.ts';
import type { RedactStatement } from '../../core/server/statement-choice.ts';

/** What is needed to decode a server's rows. Their names and statements come as bytes, in ASCII with escapes. */
export type Decoding = {
  /** The encoding of each database, by its escaped name. */
  readonly encodings: ReadonlyMap<string, string>;
  readonly escapesApplications: boolean;
  readonly tell: RedactStatement;
};

export type EscapedRow = EscapedNames & Pick<Session, 'lastStatement'>;
export type LimitRow = ConnectionLimit & { readonly kind: 'role' | 'database' };

type EncodingRow = { readonly database: string; readonly encoding: string };

export function encodingsIn(rows: readonly unknown[]): Decoding['encodings'] {
  return new Map((rows as readonly EncodingRow[]).map(({ database, encoding }) => [database, encoding]));
}

/** Decodes the names of a session, and its statement in the configured form. */
export function decoded(
  row: EscapedRow,
  { encodings, escapesApplications, tell }: Decoding,
): ReturnType<typeof decodeNames> & Pick<Session, 'lastStatement'> {
  const encoding = encodings.get(row.database ?? '') ?? null;
  return {
    ...decodeNames(row, encoding, escapesApplications),
    lastStatement: row.lastStatement === null ? null : tell(row.lastStatement, encoding),
  };
}

/** The limits under the same names as those of the sessions. `rows` and `sessions` have the same order. */
export function limitsIn(
  limits: readonly LimitRow[],
  rows: readonly Pick<EscapedRow, 'user' | 'database'>[],
  sessions: readonly Session[],
  encodings: Decoding['encodings'],
  ownDatabase: string | null,
): Pick<Slots, 'roles' | 'databases'> {
  const named = (kind: LimitRow['kind']) =>
    limits.filter((row) => row.kind === kind).map(({ name, limit }) => ({ name, limit }));
  const used = (field: 'user' | 'database') =>
    rows.map((row, at) => [row[field], sessions[at]?.[field] ?? null] as const);
  const own = encodings.get(ownDatabase ?? '') ?? null;
  return {
    roles: decodeLimits(named('role'), used('user'), () => own),
    databases: decodeLimits(named('database'), used('database'), (name) => encodings.get(name) ?? null),
  };
}
