import type { Memory } from './memory.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** What the memory still has of a database's last seven days. It forgets the oldest: there may have been more. */
export type PastWeek = { readonly incidents: number; readonly ended: number };

export function pastWeek({ incident, closed, runs }: Memory, now: number): PastWeek {
  const isLate = (at: string) => now - Date.parse(at) < WEEK_MS;
  const open = incident === null ? 0 : 1;
  const ended = runs.filter(({ at }) => isLate(at)).map((run) => run.ended);
  return {
    incidents: open + closed.filter(({ lastRunAt }) => isLate(lastRunAt)).length,
    ended: ended.reduce((sum, each) => sum + each, 0),
  };
}
