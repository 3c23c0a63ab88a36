import {
  ALWAYS_TOLD_PERCENT,
  type Forecast,
  forecastIn,
  isUsual,
  isUsualTier,
  keptMs,
  type Sign,
  type SlotCountAt,
  type UsualUse,
} from './warning-signs.ts';
import { percentOf, type Rise } from './wrong-rises.ts';

const MINUTE_MS = 60_000;

/**
 * Percent of the usable slots. An episode is over when use is this much below the lowest tier. A rise is higher than wrong ones
 * were when it is this much above them: levels are never quite the same.
 */
const HYSTERESIS_PERCENT = 5;
/** How long a tier has to be kept: a deployment holds twice its slots for some minutes. */
const PATIENCE_MS = 5 * MINUTE_MS;
/** The same if use was as high at another hour of the last three weeks: it has mostly fallen again by then. */
const KNOWN_PATIENCE_MS = 35 * MINUTE_MS;
/** The same if a warning about a tier was wrong in the last weeks. The kept counts reach back this far. */
const CAREFUL_PATIENCE_MS = 105 * MINUTE_MS;
/** How long a forecast has to hold in the weeks after a wrong one. */
const CAREFUL_MS = 5 * MINUTE_MS;
/** Scheduled runs are not exactly a period apart. */
const SLACK_MS = MINUTE_MS;

/** An episode in which use is high or grows quickly: what people were told of it, once. */
export type Episode = {
  /** When people were told, and why; null while there is nothing to tell. */
  readonly told: { readonly at: number; readonly used: number; readonly sign: Sign } | null;
  /** Whether there was something to tell but for wrong warnings of the last weeks, which rose as far. */
  readonly isWithheld: boolean;
  /** Since when the forecast holds; null while there is none. */
  readonly foretoldSince: number | null;
  readonly rise: Rise;
};

/** `news` is the sign to tell people now. */
export type FollowedWarning = { readonly episode: Episode | null; readonly news: Sign | null };

type Facts = {
  readonly tiers: readonly number[];
  readonly usual: UsualUse;
  /** How far wrong warnings rose lately. Null where that is not known. */
  readonly habit: Rise | null;
  /** Whether a warning of this kind was wrong lately. */
  readonly isCareful: Readonly<Record<Sign['kind'], boolean>>;
  /** When the present quiet hours end. Null outside of them. */
  readonly quietUntil: number | null;
};

/**
 * Follows an episode with the counts until now, the last one new. People are told once in an episode: of a tier that
 * is unusual at this hour, or that the server will be full within an hour.
 */
export function followWarning(
  before: Episode | null,
  counts: readonly SlotCountAt[],
  facts: Facts,
): FollowedWarning {
  const last = counts.at(-1);
  if (last === undefined) return { episode: before, news: null };
  const forecast = forecastIn(counts);
  const foretoldSince = forecast === null ? null : (before?.foretoldSince ?? last.at);
  if (foretoldSince === null && isOver(before, last, facts.tiers)) return { episode: null, news: null };
  const known = before?.told ?? null;
  const heldMs = foretoldSince === null ? 0 : last.at - foretoldSince;
  const rise = { percent: percentOf(last), minutes: Math.round(heldMs / MINUTE_MS) };
  const sign = (habit: Rise | null) =>
    known === null ? signIn(counts, { last, forecast, heldMs, rise }, { ...facts, habit }) : null;
  const unheld = sign(facts.habit);
  const news = unheld === null || isHeld(unheld, last, facts.quietUntil) ? null : unheld;
  const told = news === null ? known : { at: last.at, used: last.used, sign: news };
  const isWithheld = told === null && (before?.isWithheld || (unheld === null && sign(null) !== null));
  if (told === null && foretoldSince === null && !isWithheld) return { episode: null, news: null };
  return { episode: { told, isWithheld, foretoldSince, rise: farther(before?.rise, rise) }, news };
}

function farther(before: Rise | undefined, now: Rise): Rise {
  return {
    percent: Math.max(before?.percent ?? 0, now.percent),
    minutes: Math.max(before?.minutes ?? 0, now.minutes),
  };
}

/** The last count, the forecast that it ends with and for how long one has held, and how far the rise has come. */
type Present = {
  readonly last: SlotCountAt;
  readonly forecast: Forecast | null;
  readonly heldMs: number;
  readonly rise: Rise;
};

function signIn(counts: readonly SlotCountAt[], present: Present, facts: Facts): Sign | null {
  const { last, forecast, heldMs, rise } = present;
  const isConfirmed = !facts.isCareful.forecast || heldMs + SLACK_MS >= CAREFUL_MS;
  const isNews = !isUsual(last, facts.usual) && !isHabitual(rise, facts.habit);
  if (forecast !== null && isConfirmed && isNews) return forecast;
  const percent = unusualTier(counts, last, facts);
  return percent === null ? null : { kind: 'tier', percent };
}

/** A rise that lasts longer than wrong warnings did, or goes five points higher, is news again. */
function isHabitual({ percent, minutes }: Rise, habit: Rise | null): boolean {
  return habit !== null && isInReach(percent, habit) && minutes <= habit.minutes;
}

function isInReach(percent: number, habit: Rise | null): boolean {
  return habit !== null && percent < habit.percent + HYSTERESIS_PERCENT;
}

/** The highest tier that is kept for long enough, and lies outside of what is usual. */
function unusualTier(counts: readonly SlotCountAt[], last: SlotCountAt, facts: Facts): number | null {
  const reached = facts.tiers.filter((tier) => {
    const kept = keptMs(counts, tier);
    if (kept === null || isUsualTier(tier, last, facts.usual)) return false;
    if (tier < ALWAYS_TOLD_PERCENT && isInReach(tier, facts.habit)) return false;
    return kept + SLACK_MS >= patienceMs(tier, last, facts);
  });
  return reached.length === 0 ? null : Math.max(...reached);
}

function patienceMs(tier: number, { usable }: SlotCountAt, { usual, isCareful }: Facts): number {
  if (tier >= ALWAYS_TOLD_PERCENT) return 0;
  if (usual.everHighest * 100 < tier * usable) return PATIENCE_MS;
  return isCareful.tier ? CAREFUL_PATIENCE_MS : KNOWN_PATIENCE_MS;
}

/** In quiet hours a warning waits for their end, unless the server is full before, or nearly so now. */
function isHeld(sign: Sign, { at }: SlotCountAt, quietUntil: number | null): boolean {
  if (quietUntil === null) return false;
  return sign.kind === 'forecast' ? at + sign.fullInMs > quietUntil : sign.percent < ALWAYS_TOLD_PERCENT;
}

/**
 * An episode ends below the lowest tier by some points, once nothing is foretold. After a forecast use also has to
 * fall, or twice the foretold time to pass: a pause in a leak is not its end.
 */
function isOver(
  before: Episode | null,
  { at, used, usable }: SlotCountAt,
  tiers: readonly number[],
): boolean {
  if (before === null) return false;
  if (used * 100 >= (Math.min(...tiers, 100) - HYSTERESIS_PERCENT) * usable) return false;
  const { told } = before;
  if (told?.sign.kind !== 'forecast') return true;
  return (told.used - used) * 100 >= HYSTERESIS_PERCENT * usable || at - told.at > 2 * told.sign.fullInMs;
}
