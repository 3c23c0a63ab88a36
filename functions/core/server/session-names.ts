import { bytesOf, isAscii, nameText } from '../base/server-text.ts';
import type { Session } from './session.ts';
import type { ConnectionLimit } from './snapshot.ts';

/** A session's names as the server gives them: role and database in bytes, escaped, the application's as it shows it. */
export type EscapedNames = {
  readonly user: string | null;
  readonly database: string | null;
  readonly application: string;
};

type Names = Pick<Session, 'user' | 'database' | 'application' | 'encodedNames'>;

/** Of the name as the server shows it, escapes and all: 63 bytes at most. */
const LONGEST_NAME = 63;
const ESCAPED_BYTE = /\\x([89a-f][0-9a-f])/g;
/** What is left of an escape at the end of a name that was cut off. */
const CUT_ESCAPE = /\\(?:x[89a-f]?)?$/;

/** `encoding` is that of the session's database. 16 and newer escape application names, older ones have lost what is no ASCII. */
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

/** Escapes count as four bytes each: fifteen escaped bytes, or seven Cyrillic letters, are what fits. */
export function mayBeCutOff(shown: string): boolean {
  return shown.length >= LONGEST_NAME;
}

/** A client that means the text `\xc3\xa9` itself cannot be told from one that means é, not even by the server. */
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
 * Limits by the names that the sessions have. One whose name is not one role's or database's alone is left out: two names of
 * different bytes may read alike, and nobody is to be ended for a limit of others.
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
