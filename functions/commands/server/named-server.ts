import type { Finding } from '../../core/base/errors.ts';

/** What a person may say about a server and our login there. */
const NAMED_KEYS = ['host', 'port', 'user', 'password', 'database', 'sslmode', 'sslrootcert'] as const;
export type NamedKey = (typeof NAMED_KEYS)[number];

/** A text and the place where it was found, as errors name it: `PGPORT`, or `port in service "orders"`. */
export type NamedValue = { readonly text: string; readonly from: string };

/** What one place says about the server. An empty text says nothing. */
export type NamedServer = Readonly<Partial<Record<NamedKey, NamedValue>>>;

/** What one place says, and what is wrong there. */
export type ReadServer = { readonly named: NamedServer; readonly findings: readonly Finding[] };

/** The first place that says something counts, for each key by itself. */
export function firstNamed(places: readonly NamedServer[]): NamedServer {
  return Object.fromEntries(
    NAMED_KEYS.flatMap((key) => {
      const value = places.map((place) => place[key]).find((each) => each !== undefined && each.text !== '');
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
