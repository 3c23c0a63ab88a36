import { UNKNOWN_BYTE } from '../base/server-text.ts';
import type { Include } from '../policy/policy.ts';
import { nameMatcher, possibleNameMatcher } from '../server/name-pattern.ts';
import type { NameField, Session } from '../server/session.ts';
import { mayBeCutOff } from '../server/session-names.ts';

/**
 * Compares a session's names with a policy's lists. A name that could not be decoded, or that is cut off, is
 * known in part only. It is protected when a pattern could match it. It is included only when a pattern
 * matches it whatever the rest of the name is.
 */

type NameCheck = (session: Session) => string | null;
type Lists = Pick<Include, 'users' | 'databases' | 'applications'>;

const NAMES = [
  { field: 'user', list: 'users' },
  { field: 'database', list: 'databases' },
  { field: 'application', list: 'applications' },
] as const satisfies readonly { readonly field: NameField; readonly list: keyof Lists }[];

/** No pattern contains this character. */
const NOTHING = '\0';

/** The first name that a protecting list matches, or could match. */
export function nameProtection(lists: Lists): NameCheck {
  return firstOf(NAMES.map(({ field, list }) => protectionBy(field, lists[list])));
}

/** Whether all lists match the session, or could match it. A list that is left out matches. */
export function couldMatchAll(lists: Partial<Lists>): (session: Session) => boolean {
  const checks = NAMES.flatMap(({ field, list }) => {
    const patterns = lists[list];
    return patterns === undefined ? [] : [protectionBy(field, patterns)];
  });
  return (session) => checks.every((check) => check(session) !== null);
}

function protectionBy(field: NameField, patterns: readonly string[]): NameCheck {
  const matches = nameMatcher(patterns);
  const couldMatch = possibleNameMatcher(patterns);
  return (session: Session): string | null => {
    if (matches(nameOf(session, field)) || matchesShown(session, field, matches)) return field;
    const isPossible =
      isUndecoded(session, field) && couldMatch(nameOf(session, field), isCutOff(session, field));
    return isPossible ? `${field}, which cannot be decoded` : null;
  };
}

/** The first name that its list does not match for certain. */
export function nameExclusion(lists: Lists): NameCheck {
  const checks = NAMES.map(({ field, list }) => {
    const matches = nameMatcher(lists[list]);
    return (session: Session): string | null =>
      matches(knownPartOf(session, field)) || matchesShown(session, field, matches) ? null : field;
  });
  return firstOf(checks);
}

function firstOf(checks: readonly NameCheck[]): NameCheck {
  return (session) => {
    for (const check of checks) {
      const found = check(session);
      if (found !== null) return found;
    }
    return null;
  };
}

function nameOf(session: Session, field: NameField): string {
  return session[field] ?? '';
}

/** A policy may also have been written with the name that the server shows. */
function matchesShown(
  { encodedNames }: Session,
  field: NameField,
  matches: (name: string) => boolean,
): boolean {
  const shown = encodedNames?.application ?? null;
  return field === 'application' && shown !== null && matches(shown);
}

function isUndecoded({ encodedNames }: Session, field: NameField): boolean {
  return encodedNames?.undecoded.includes(field) ?? false;
}

function isCutOff({ encodedNames }: Session, field: NameField): boolean {
  return field === 'application' && mayBeCutOff(encodedNames?.application ?? '');
}

function knownPartOf(session: Session, field: NameField): string {
  if (!isUndecoded(session, field)) return nameOf(session, field);
  const known = nameOf(session, field).replaceAll(UNKNOWN_BYTE, NOTHING);
  return isCutOff(session, field) ? `${known}${NOTHING}` : known;
}
