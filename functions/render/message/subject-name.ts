import { cleanName, toAscii } from '../../core/base/clean-text.ts';
import { ANY_NAME } from '../../core/server/program-stem.ts';
import type { Group } from '../../core/server/session.ts';

/** SNS takes subjects of printable ASCII only. An escaped or replaced letter would make a name unreadable. */
function isPlain(name: string): boolean {
  return name !== '' && toAscii(name) === name;
}

/** A shorter name says nothing. */
const SHORTEST = 8;

/**
 * A program's name in a subject: its application, or else its role. Null when neither can be written in ASCII,
 * or when there is no room for it.
 */
export function subjectName({ application, user }: Group, max: number): string | null {
  if (max < SHORTEST) return null;
  const isNamed = application !== ANY_NAME && isPlain(application);
  if (isNamed) return cleanName(application, max);
  return user !== ANY_NAME && isPlain(user) ? `role ${cleanName(user, max)}` : null;
}

/** Longer names are cut here already. A server's name has at most 64 characters. */
const LONGEST = 200;

/**
 * A name of at most `max` characters that keeps its beginning and its end, because names of servers differ at
 * either. Letters outside of ASCII are left out.
 */
export function middleCut(name: string, max: number): string {
  const plain = cleanName([...name].filter((letter) => toAscii(letter) === letter).join(''), LONGEST);
  if (plain.length <= max) return plain;
  const end = Math.floor((max - 2) / 2);
  return `${plain.slice(0, max - 2 - end)}..${plain.slice(-end)}`;
}
