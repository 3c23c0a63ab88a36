import * as z from 'zod/mini';
import { list, number, text } from '../base/kept-fields.ts';
import type { Episode } from './follow-warning.ts';
import { NOTHING_COUNTED, type WarningState } from './warning-state.ts';

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
});

const MINUTE_MS = 60_000;
const toMinute = (ms: number) => Math.round(ms / MINUTE_MS);
const minuteOrNull = (ms: number | null) => (ms === null ? null : toMinute(ms));
const msOrNull = (minute: number | null) => (minute === null ? null : minute * MINUTE_MS);

export function warningDocument({ counts, hours, episode, mistakenAt, askedAt }: WarningState): string {
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
  } satisfies z.input<typeof documentSchema>);
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
  const { at, of, counts, newestHour, hours, foretold, mistaken, asked } = parsed.data;
  const read = { told: readTold(parsed.data.told), foretoldSince: msOrNull(foretold) };
  return {
    counts: Array.from({ length: Math.floor(counts.length / 2) }, (_, index) => ({
      at: at - (counts[2 * index] ?? 0) * MINUTE_MS,
      used: counts[2 * index + 1] ?? 0,
      usable: of,
    })),
    hours: { newest: newestHour, percents: hours },
    episode: read.told === null && read.foretoldSince === null ? null : read,
    mistakenAt: { tier: msOrNull(mistaken[0]), forecast: msOrNull(mistaken[1]) },
    askedAt: msOrNull(asked),
  };
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
