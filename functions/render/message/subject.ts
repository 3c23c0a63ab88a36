import { toAscii } from '../../core/base/clean-text.ts';
import type { Severity } from '../../core/incident/outcome-table.ts';
import { middleCut } from './subject-name.ts';

/** SNS accepts fewer than 100 characters. */
const MAX_SUBJECT = 99;
/** A lock screen shows this many. */
const SCREEN = 40;
/** A server's name is cut no further than this, even if the state does not fit on a lock screen then. */
const LEAST_SERVER = 12;
/** A shorter name of a program is hard to recognize. It is cut further, or left out, only when nothing else is left. */
const NAME_LENGTHS = [64, 32, 24] as const;
const LAST_LENGTHS = [14, 0] as const;

export type SubjectParts = {
  readonly severity: Severity;
  readonly server: string;
  /** What the server is now: `FULL 57/57`. */
  readonly state: string;
  /** What else people should know, the most important first, with names of at most `maxName` characters. */
  readonly parts: (maxName: number) => readonly string[];
  /** Said last, and never left out. */
  readonly observed: boolean;
};

/**
 * `[critical] orders FULL 57/57: billing-worker leaks, observed only`. Severity, server and state stand within
 * the characters that a lock screen shows. As many parts follow as fit, with names as long as fit.
 */
export function subjectOf({ severity, server, state, parts, observed }: SubjectParts): string {
  const head = `[${severity}] `;
  const room = Math.max(LEAST_SERVER, SCREEN - head.length - state.length - 1);
  const begin = `${head}${middleCut(server, room)} ${state}`;
  const end = observed ? ['observed only'] : [];
  const write = (told: readonly string[]) => {
    const all = [...told, ...end];
    return toAscii(all.length === 0 ? begin : `${begin}: ${all.join(', ')}`);
  };
  for (let count = parts(NAME_LENGTHS[0]).length; count > 0; count -= 1) {
    const lengths = count > 1 ? NAME_LENGTHS : [...NAME_LENGTHS, ...LAST_LENGTHS];
    const fitting = lengths
      .map((max) => write(parts(max).slice(0, count)))
      .find(({ length }) => length <= MAX_SUBJECT);
    if (fitting !== undefined) return fitting;
  }
  const bare = write([]);
  return bare.length <= MAX_SUBJECT ? bare : `${bare.slice(0, MAX_SUBJECT - 3)}...`;
}
