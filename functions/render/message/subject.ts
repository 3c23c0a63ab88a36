import { cleanName, toAscii } from '../../core/base/clean-text.ts';

/** SNS accepts fewer than 100 characters. */
const MAX_SUBJECT = 99;
/** Names are shortened before a part is left out. The last part is left out first. */
const NAME_LENGTHS = [40, 24, 14] as const;

/** Joins the parts of a subject, the answer first. Names get the greatest length that still fits. */
export function subjectOf(server: string, partsOf: (maxName: number) => readonly string[]): string {
  const serverName = cleanName(server, 40);
  const write = (parts: readonly string[]) => toAscii(`${serverName}: ${parts.join(', ')}`);
  for (const length of NAME_LENGTHS) {
    const subject = write(partsOf(length));
    if (subject.length <= MAX_SUBJECT) return subject;
  }
  const parts = partsOf(NAME_LENGTHS[NAME_LENGTHS.length - 1] ?? 14);
  for (let kept = parts.length - 1; kept > 0; kept -= 1) {
    const subject = write(parts.slice(0, kept));
    if (subject.length <= MAX_SUBJECT) return subject;
  }
  return `${write(parts.slice(0, 1)).slice(0, MAX_SUBJECT - 3)}...`;
}
