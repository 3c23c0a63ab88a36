import { ageText, counted } from '../base/words.ts';
import { type Pause, pauseAt } from '../run/pause.ts';
import type { RecentRun } from './incident.ts';
import type { Memory } from './memory.ts';

const MINUTE = 60_000;

/**
 * Runs in a row without lasting effect after which the breaker trips. One may be chance and two a pool that comes back
 * once; each more costs clients their sessions for nothing. With sweeps every five minutes it takes a quarter of an hour.
 */
const TRIPS_AT = 3;
/** What they must be within: a run that long after another one met another load. */
const WINDOW_MS = 30 * MINUTE;
/**
 * Relief that ends sooner was none, unless sessions leak: one period of the sweeps, which see it, and a minute. Pools
 * open their idle connections again within seconds, as HikariCP's do within half a minute.
 */
const RELIEF_MS = 6 * MINUTE;
/** Long enough for somebody to mend the cause, and short enough that a forgotten pause does not outlast the night. */
const BREAKER_PAUSE_MS = 60 * MINUTE;

export const BREAKER = 'the breaker';

/**
 * The pause that the breaker sets, or null. It looks at the newest runs only, and not at those of before it last tripped:
 * whoever resumes runs gives them three more. Where somebody has paused runs already it leaves that alone.
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

/** The newest runs, without one among them that helped or found no pressure, that ended sessions in vain. */
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
 * What came of the sessions that a run ended, as the next run that looked shows it: null while nobody knows, or where it
 * ended none. Half of them is the measure, as it is for `refilled`.
 */
function effectOf(run: RecentRun, next: RecentRun | undefined): 'lasting' | 'none' | null {
  if (run.need === 0) return 'lasting';
  if (run.ended === 0 || run.need === null) return null;
  if (run.outcome === 'refilled') return 'none';
  if (next === undefined || next.need === null) return null;
  const isBack = next.need > run.need - run.ended / 2;
  return isBack && (run.outcome !== 'recovered' || isShortRelief(run, next)) ? 'none' : 'lasting';
}

/** What leaks is new each time: to end it frees slots that others use until it is full again. */
function isShortRelief(run: RecentRun, next: RecentRun): boolean {
  const isSame = run.culprit !== null && run.culprit === next.culprit;
  return isSame && run.cause !== 'connection-leak' && Date.parse(next.at) - Date.parse(run.at) < RELIEF_MS;
}
