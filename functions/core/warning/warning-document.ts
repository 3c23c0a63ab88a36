import * as z from 'zod/mini';
import { list, number, text } from '../base/kept-fields.ts';
import type { Episode } from './follow-warning.ts';
import type { SlotCountAt } from './warning-signs.ts';
import { NOTHING_COUNTED, type WarningState } from './warning-state.ts';
import { percentOf, readRises, writtenRises } from './wrong-rises.ts';

/**
 * The counts of a server as one text below 1 KB, in an item of their own. Times but `at` are in minutes. Nothing depends
 * on an old text: one that is not understood is replaced.
 */
const told = z.union([
  /** When, the slots used then, and the tier in percent. */
  z.tuple([number, number, number]),
  /** When, the slots used then, milliseconds until full, and slots an hour. */
  z.tuple([number, number, number, number]),
]);
const documentSchema = z.object({
  /** The newest count, in milliseconds, and the usable slots of all counts. */
  at: number,
  of: number,
  /** Minutes before the newest, and used slots, in turn. The oldest first. */
  counts: list(number),
  newestHour: number,
  hours: text,
  told: z.nullable(told),
  foretold: z.nullable(number),
  /** When a warning of a tier was last wrong, and one of a forecast. */
  mistaken: z.tuple([z.nullable(number), z.nullable(number)]),
  asked: z.nullable(number),
  /** Percent and minutes of the present episode, and 1 where something is withheld. Older texts have no such field. */
  rise: z.optional(z.tuple([number, number, number])),
  /** The wrong rises of the last weeks, each as three letters. */
  wrong: z.optional(text),
});
type Read = z.output<typeof documentSchema>;

const MINUTE_MS = 60_000;
const toMinute = (ms: number) => Math.round(ms / MINUTE_MS);
const minuteOrNull = (ms: number | null) => (ms === null ? null : toMinute(ms));
const msOrNull = (minute: number | null) => (minute === null ? null : minute * MINUTE_MS);

export function warningDocument({
  counts,
  hours,
  episode,
  mistakenAt,
  wrongRises,
  askedAt,
}: WarningState): string {
  const { at, usable } = counts.at(-1) ?? { at: 0, usable: 0 };
  return JSON.stringify({
    at,
    of: usable,
    counts: counts.flatMap((count) => [toMinute(at - count.at), count.used]),
    newestHour: hours.newest,
    hours: hours.percents,
    told: writtenTold(episode?.told ?? null),
    foretold: minuteOrNull(episode?.foretoldSince ?? null),
    mistaken: [minuteOrNull(mistakenAt.tier), minuteOrNull(mistakenAt.forecast)],
    asked: minuteOrNull(askedAt),
    rise: writtenRise(episode),
    wrong: wrongRises.length === 0 ? undefined : writtenRises(wrongRises),
  } satisfies z.input<typeof documentSchema>);
}

function writtenRise(episode: Episode | null): z.input<typeof documentSchema>['rise'] {
  if (episode === null) return undefined;
  return [episode.rise.percent, episode.rise.minutes, episode.isWithheld ? 1 : 0];
}

function writtenTold(of: Episode['told']): z.input<typeof told> | null {
  if (of === null) return null;
  const { at, used, sign } = of;
  return sign.kind === 'tier'
    ? [toMinute(at), used, sign.percent]
    : [toMinute(at), used, sign.fullInMs, sign.perHour];
}

/** The counts of a stored text. Without a text that is understood, nothing was counted yet. */
export function parseWarningDocument(document: string): WarningState {
  const parsed = z.safeParse(documentSchema, parsedJson(document));
  if (!parsed.success) return NOTHING_COUNTED;
  const { at, newestHour, hours, mistaken, wrong, asked } = parsed.data;
  const counts = readCounts(parsed.data);
  return {
    counts,
    hours: { newest: newestHour, percents: hours },
    episode: readEpisode(parsed.data, counts),
    mistakenAt: { tier: msOrNull(mistaken[0]), forecast: msOrNull(mistaken[1]) },
    wrongRises: wrong === undefined ? [] : readRises(wrong, at),
    askedAt: msOrNull(asked),
  };
}

function readCounts({ at, of, counts }: Read): readonly SlotCountAt[] {
  return Array.from({ length: Math.floor(counts.length / 2) }, (_, index) => ({
    at: at - (counts[2 * index] ?? 0) * MINUTE_MS,
    used: counts[2 * index + 1] ?? 0,
    usable: of,
  }));
}

/** Of an episode of an older text the counts show how high it went. */
function readEpisode({ told, foretold, rise }: Read, counts: readonly SlotCountAt[]): Episode | null {
  const [percent, minutes, withheld] = rise ?? [Math.max(0, ...counts.map(percentOf)), 0, 0];
  const isWithheld = withheld === 1;
  if (told === null && foretold === null && !isWithheld) return null;
  return { told: readTold(told), isWithheld, foretoldSince: msOrNull(foretold), rise: { percent, minutes } };
}

function readTold(of: z.output<typeof told> | null): Episode['told'] {
  if (of === null) return null;
  const [minute, used, first, perHour] = of;
  const at = minute * MINUTE_MS;
  return perHour === undefined
    ? { at, used, sign: { kind: 'tier', percent: first } }
    : { at, used, sign: { kind: 'forecast', fullInMs: first, perHour } };
}

function parsedJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return null;
  }
}
