import { UNKNOWN_BYTE } from '../base/server-text.ts';
import type { Include } from '../policy/policy.ts';
import { nameMatcher, possibleNameMatcher } from '../server/name-pattern.ts';
import type { NameField, Session } from '../server/session.ts';
import { mayBeCutOff } from '../server/session-names.ts';

/**
 * A session's names against a policy's lists. A name that could not be decoded, or that is cut off, is known in part only: it
 * is protected where a pattern could mean it, and included where a pattern means it whatever the rest is.
 */

type NameCheck = (session: Session) => string | null;
type Lists = Pick<Include, 'users' | 'databases' | 'applications'>;

const NAMES = [
  { field: 'user', list: 'users' },
  { field: 'database', list: 'databases' },
  { field: 'application', list: 'applications' },
] as const satisfies readonly { readonly field: NameField; readonly list: keyof Lists }[];

/** No character of a pattern is this one. */
const NOTHING = '\0';

/** The first name that a list has, or could have. */
export function nameProtection(lists: Lists): NameCheck {
  const checks = NAMES.map(({ field, list }) => {
    const matches = nameMatcher(lists[list]);
    const couldMatch = possibleNameMatcher(lists[list]);
    return (session: Session): string | null => {
      if (matches(nameOf(session, field)) || matchesShown(session, field, matches)) return field;
      const isPossible =
        isUndecoded(session, field) && couldMatch(nameOf(session, field), isCutOff(session, field));
      return isPossible ? `${field}, which cannot be decoded` : null;
    };
  });
  return firstOf(checks);
}

/** The first name that its list does not have for certain. */
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

/** A policy may have been written after what the server shows. */
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
