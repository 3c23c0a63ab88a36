import type { Session } from '../session.ts';
import type { Clue } from './clues.ts';

/**
 * Sessions of one program, whatever it calls itself today: one user, and application names that differ in what differs
 * from pod to pod only. The database may differ, as with a database for each tenant.
 */
export function kinOf(clues: readonly Clue[]): readonly (readonly Clue[])[] {
  return [...Map.groupBy(clues, ({ session }) => kinKey(session))]
    .toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1))
    .map(([, those]) => those);
}

export function kinKey({ application, user }: Session): string {
  return JSON.stringify([stemOf(application), user]);
}

/** Digits, and the endings that Kubernetes gives to pods (`-7f9c6b5d4-x2x9p`) or somebody to instances (`-a1b2c3d4`). */
function stemOf(application: string): string {
  return application
    .replace(/-(?=[a-z0-9]*\d)[a-z0-9]{4,}(?=-|$)/g, '-#')
    .replace(/-[a-z0-9]{5}$/, (end) => (/[aeiou]/.test(end) ? end : '-#'))
    .replace(/\d+/g, '#');
}
