import { bytesOf, isAscii, nameText } from '../base/server-text.ts';
import type { Session } from './session.ts';
import type { ConnectionLimit } from './snapshot.ts';

/**
 * A session's names as the server sends them: role and database as escaped bytes, the application name as the
 * server shows it.
 */
export type EscapedNames = {
  readonly user: string | null;
  readonly database: string | null;
  readonly application: string;
};

type Names = Pick<Session, 'user' | 'database' | 'application' | 'encodedNames'>;

/** The most bytes of a name as the server shows it, with its escapes. */
const LONGEST_NAME = 63;
const ESCAPED_BYTE = /\\x([89a-f][0-9a-f])/g;
/** The rest of an escape at the end of a name that was cut off. */
const CUT_ESCAPE = /\\(?:x[89a-f]?)?$/;

/**
 * `encoding` is the encoding of the session's database. PostgreSQL 16 and newer escape application names.
 * Older versions replace characters that are not ASCII, which are lost.
 */
export function decodeNames(
  names: EscapedNames,
  encoding: string | null,
  escapesApplications: boolean,
): Names {
  const user = names.user === null ? null : nameText(bytesOf(names.user), encoding);
  const database = names.database === null ? null : nameText(bytesOf(names.database), encoding);
  const application = escapesApplications
    ? applicationOf(names.application, encoding)
    : { text: names.application, isWhole: true };
  const undecoded = [
    ...(user?.isWhole === false ? (['user'] as const) : []),
    ...(database?.isWhole === false ? (['database'] as const) : []),
    ...(application.isWhole ? [] : (['application'] as const)),
  ];
  const isShownOtherwise = application.text !== names.application;
  return {
    user: user?.text ?? null,
    database: database?.text ?? null,
    application: application.text,
    ...((undecoded.length > 0 || isShownOtherwise) && {
      encodedNames: { undecoded, application: isShownOtherwise ? names.application : null },
    }),
  };
}

/** An escape takes four bytes, so that fifteen escaped bytes (seven Cyrillic letters) fit into a name. */
export function mayBeCutOff(shown: string): boolean {
  return shown.length >= LONGEST_NAME;
}

/**
 * A client that sends the text `\xc3\xa9` looks like one that sends é. The server cannot tell them apart
 * either.
 */
function applicationOf(shown: string, encoding: string | null): ReturnType<typeof nameText> {
  const hasEscapes = shown.search(ESCAPED_BYTE) >= 0;
  if (!hasEscapes) return { text: shown, isWhole: true };
  const mayBeCut = mayBeCutOff(shown);
  const kept = mayBeCut ? shown.replace(CUT_ESCAPE, '') : shown;
  const bytes = kept.replace(ESCAPED_BYTE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const { text, isWhole } = nameText(bytes, encoding, mayBeCut);
  return { text, isWhole: isWhole && !mayBeCut };
}

/**
 * Limits under the names that the sessions have. A limit is left out when two roles or two databases read
 * alike, because different bytes may give the same text: no session may end because of another role's limit.
 */
export function decodeLimits(
  limits: readonly ConnectionLimit[],
  used: readonly (readonly [escaped: string | null, text: string | null])[],
  encodingOf: (escaped: string) => string | null,
): readonly ConnectionLimit[] {
  if (limits.every(({ name }) => isPlain(name)) && used.every(([escaped]) => isPlain(escaped ?? '')))
    return limits;
  const named = used.flatMap(([escaped, text]) =>
    escaped === null || text === null ? [] : [[escaped, text] as const],
  );
  const seen = new Set(named.map(([escaped]) => escaped));
  const unseen = limits
    .filter(({ name }) => !seen.has(name))
    .map(({ name }) => [name, nameText(bytesOf(name), encodingOf(name)).text] as const);
  const texts = together([...named, ...unseen]);
  const origins = together([...named, ...unseen].map(([escaped, text]) => [text, escaped] as const));
  return limits.flatMap(({ name, limit }) => {
    const [text, other] = texts.get(name) ?? [];
    const isItsOwn = text !== undefined && other === undefined && origins.get(text)?.size === 1;
    return isItsOwn ? [{ name: text, limit }] : [];
  });
}

function isPlain(escaped: string): boolean {
  return !escaped.includes('\\') && isAscii(escaped);
}

function together(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const map = new Map<string, Set<string>>();
  for (const [key, value] of pairs) map.set(key, (map.get(key) ?? new Set()).add(value));
  return map;
}
