import { ageText, counted } from '../base/words.ts';
import { type Pause, pauseAt } from '../run/pause.ts';
import type { RecentRun } from './incident.ts';
import type { Memory } from './memory.ts';

const MINUTE = 60_000;

/**
 * The breaker trips after this many runs in a row without a lasting effect. One may be chance, and two may be
 * a pool that reconnects. Each further run costs clients their sessions for nothing. With a schedule of five
 * minutes this takes a quarter of an hour.
 */
const TRIPS_AT = 3;
/** The runs must begin within this time. A later run meets another load. */
const WINDOW_MS = 30 * MINUTE;
/**
 * Relief that ends within this time does not count, unless sessions leak. It is one period of the schedule,
 * whose run sees the effect, plus a minute. Pools reopen their idle connections within seconds; HikariCP
 * takes half a minute.
 */
const RELIEF_MS = 6 * MINUTE;
/** Long enough for people to fix the cause, and short enough that a forgotten pause ends the same night. */
const BREAKER_PAUSE_MS = 60 * MINUTE;

export const BREAKER = 'the breaker';

/**
 * The pause that the breaker sets, or null. It counts only runs that began after it last tripped, so that
 * people who resume runs get three more. A pause that a person set stays as it is.
 */
export function breakerPause({ runs, paused, trippedAt }: Memory, now: number): Pause | null {
  if (pauseAt(paused, now) !== null) return null;
  const newest = Date.parse(runs.at(-1)?.at ?? '');
  const inWindow = runs.filter(
    ({ at }) => newest - Date.parse(at) <= WINDOW_MS && (trippedAt === null || at > trippedAt),
  );
  const vain = runsInVain(inWindow);
  if (vain.length < TRIPS_AT) return null;
  const ended = vain.reduce((sum, run) => sum + run.ended, 0);
  const took = ageText(newest - Date.parse(vain[0]?.at ?? ''));
  return {
    at: new Date(now).toISOString(),
    by: BREAKER,
    reason: `${vain.length} runs in ${took} ended ${counted(ended, 'session')} without lasting effect`,
    until: new Date(now + BREAKER_PAUSE_MS).toISOString(),
  };
}

/** The newest runs that ended sessions in vain. A run that helped or found no pressure ends the row. */
function runsInVain(runs: readonly RecentRun[]): readonly RecentRun[] {
  const vain: RecentRun[] = [];
  for (const [at, run] of [...runs.entries()].reverse()) {
    const effect = effectOf(
      run,
      runs.slice(at + 1).find(({ need }) => need !== null),
    );
    if (effect === 'lasting') break;
    if (effect === 'none') vain.unshift(run);
  }
  return vain;
}

/**
 * What the next run with a snapshot shows about the sessions that a run ended. Null while there is no such
 * run, or when the run ended none. As for `refilled`, half of the sessions decide.
 */
function effectOf(run: RecentRun, next: RecentRun | undefined): 'lasting' | 'none' | null {
  if (run.need === 0) return 'lasting';
  if (run.ended === 0 || run.need === null) return null;
  if (run.outcome === 'refilled') return 'none';
  if (next === undefined || next.need === null) return null;
  const isBack = next.need > run.need - run.ended / 2;
  return isBack && (run.outcome !== 'recovered' || isShortRelief(run, next)) ? 'none' : 'lasting';
}

/** Leaked sessions are new each time: ending them frees slots until the leak has filled them again. */
function isShortRelief(run: RecentRun, next: RecentRun): boolean {
  const isSame = run.culprit !== null && run.culprit === next.culprit;
  return isSame && run.cause !== 'connection-leak' && Date.parse(next.at) - Date.parse(run.at) < RELIEF_MS;
}
