import { type Episode, followWarning } from './follow-warning.ts';
import { NO_HOURS, type UsualHours, usualUse, withHour, withPast } from './usual-hours.ts';
import { quietUntil, type WarningSettings } from './warning-settings.ts';
import { LEAST_PERCENT, type Sign, type SlotCountAt } from './warning-signs.ts';
import { habitualRise, type WrongRise, withWrongRise } from './wrong-rises.ts';

/** How many counts are kept. */
const MOST_COUNTS = 24;
/** Counts that are further apart than this are not of one rise. A schedule of an hour is within it. */
const GAP_MS = 65 * 60_000;
/** Runs may come each minute, or several at once: 24 counts still reach back more than an hour. */
const LEAST_APART_MS = 4 * 60_000;

type Mistakes = Readonly<Record<Sign['kind'], number | null>>;

/** What is kept of the counts of one server, beside its memory. */
export type WarningState = {
  /** The newest counts, the oldest first. */
  readonly counts: readonly SlotCountAt[];
  readonly hours: UsualHours;
  readonly episode: Episode | null;
  /** When a warning of each kind last turned out to be wrong. */
  readonly mistakenAt: Mistakes;
  /** How far episodes of wrong warnings rose in the last weeks, the oldest first. */
  readonly wrongRises: readonly WrongRise[];
  /** When the past was last asked of CloudWatch. */
  readonly askedAt: number | null;
};

export const NOTHING_COUNTED: WarningState = {
  counts: [],
  hours: NO_HOURS,
  episode: null,
  mistakenAt: { tier: null, forecast: null },
  wrongRises: [],
  askedAt: null,
};

/** Own counts go on from what was asked, except for hours of little use, which are not kept. */
const ASK_AGAIN_MS = 7 * 24 * 60 * 60_000;

/** Whether the past may say more than the counts that are kept. */
export function isPastUnknown({ askedAt }: WarningState, now: number): boolean {
  return askedAt === null || now - askedAt > ASK_AGAIN_MS;
}

/** The state with the used slots of earlier hours, which CloudWatch has counted. */
export function withPastCounts(
  before: WarningState,
  past: readonly Omit<SlotCountAt, 'usable'>[],
  { at, usable }: SlotCountAt,
): WarningState {
  const counts = past.map((each) => ({ ...each, usable }));
  return { ...before, hours: withPast(before.hours, counts), askedAt: at };
}

/** Whether a count is kept. A server with most of its slots free needs no warning. */
export function isCounted({ used, usable }: SlotCountAt): boolean {
  return usable > 0 && used * 100 >= LEAST_PERCENT * usable;
}

/** How long a server needs more evidence after a wrong warning. */
const CAREFUL_MS = 21 * 24 * 60 * 60_000;
/** A warning was right if the server became this full. */
const FULL_PERCENT = 95;

export type CountedSlots = { readonly state: WarningState; readonly news: Sign | null };

/**
 * The state with one more count, and what people are to be told of it. A count that is not newer than the last changes
 * nothing.
 */
export function countSlots(
  before: WarningState,
  now: SlotCountAt,
  { tiers, quietHours }: WarningSettings,
): CountedSlots {
  const { counts, hours, episode, mistakenAt, wrongRises } = before;
  const last = counts.at(-1);
  if (last !== undefined && now.at <= last.at) return { state: before, news: null };
  // After a pause in the counts, as below the least percent, there is a new rise and a new episode.
  const isPaused = last !== undefined && now.at - last.at > GAP_MS;
  const known = isPaused ? [now] : withCount(counts, now);
  const followed = followWarning(isPaused ? null : episode, known, {
    tiers,
    usual: usualUse(hours, now),
    habit: habitualRise(wrongRises, now.at),
    isCareful: { tier: isRecent(mistakenAt.tier, now), forecast: isRecent(mistakenAt.forecast, now) },
    quietUntil: quietUntil(now.at, quietHours),
  });
  const ended = isPaused || followed.episode === null ? episode : null;
  const state = {
    ...before,
    ...(ended === null ? {} : afterEpisode(before, ended, now.at)),
    counts: known,
    hours: withHour(hours, now),
    episode: followed.episode,
  };
  return { state, news: followed.news };
}

/** What an episode teaches that is over. One that filled the server shows that a rise may be news again. */
function afterEpisode(
  { mistakenAt, wrongRises }: WarningState,
  { told, isWithheld, rise }: Episode,
  at: number,
): Partial<WarningState> {
  if (rise.percent >= FULL_PERCENT) return { wrongRises: [] };
  if (told === null && !isWithheld) return {};
  return {
    mistakenAt: told === null ? mistakenAt : { ...mistakenAt, [told.sign.kind]: at },
    wrongRises: withWrongRise(wrongRises, rise, at),
  };
}

/** The state after a run under pressure, or a refused client: whatever policy, warnings of this rise were right. */
export function afterTrouble(state: WarningState): WarningState {
  const { episode } = state;
  const percent = Math.max(FULL_PERCENT, episode?.rise.percent ?? 0);
  return {
    ...state,
    wrongRises: [],
    episode: episode === null ? null : { ...episode, rise: { ...episode.rise, percent } },
  };
}

/** The newest counts of this max_connections: those of another show no pace. Of counts in one sweep's time one is kept. */
function withCount(counts: readonly SlotCountAt[], now: SlotCountAt): readonly SlotCountAt[] {
  const alike = counts.filter(({ usable }) => usable === now.usable);
  const [before, last] = alike.slice(-2);
  const isClose = before !== undefined && last !== undefined && last.at - before.at < LEAST_APART_MS;
  return [...(isClose ? alike.slice(0, -1) : alike), now].slice(-MOST_COUNTS);
}

function isRecent(mistakenAt: number | null, now: SlotCountAt): boolean {
  return mistakenAt !== null && now.at - mistakenAt < CAREFUL_MS;
}
