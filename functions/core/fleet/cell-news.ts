import * as z from 'zod/mini';
import { count, enumOf, fields, list, text } from '../base/kept-fields.ts';
import type { ReadOnly } from '../base/read-only.ts';

const outage = fields({
  kind: z.literal('outage'),
  phase: enumOf(['began', 'lasts', 'over']),
  since: text,
  /** Databases out of reach, of all that run, and the names of some. */
  unwell: count,
  of: count,
  names: list(text),
});

/** The API of RDS, or the organisation's bucket, has not answered since then. What was read last holds. */
const away = fields({ kind: z.literal('away'), what: enumOf(['api', 'bucket']), since: text, why: text });

/** A policy of the bucket, or its switch, is not there or does not parse. */
const unreadable = fields({ kind: z.literal('unreadable'), name: text, why: text, databases: count });

/** A function may run fewer databases at once than its network has. */
const concurrency = fields({
  kind: z.literal('concurrency'),
  vpc: text,
  declared: count,
  needed: count,
  databases: count,
});

const newsSchema = z.discriminatedUnion('kind', [outage, away, unreadable, concurrency]);

/** What people hear about a cell itself, and not about one of its databases. */
export type CellNews = ReadOnly<z.output<typeof newsSchema>>;

/** News on its way. The id is the same however often it is sent. */
export const sentNewsSchema = fields({ id: text, at: text, news: newsSchema });
export type SentNews = ReadOnly<z.output<typeof sentNewsSchema>>;

/** News with an identity: what it is about, and when it became news. */
export function toSentNews(news: CellNews, now: number): SentNews {
  const at = new Date(now).toISOString();
  return { id: ['cell', ...aboutOf(news), at].join('-'), at, news };
}

function aboutOf(news: CellNews): readonly string[] {
  switch (news.kind) {
    case 'outage':
      return [news.kind, news.phase];
    case 'away':
      return [news.what, news.kind];
    case 'unreadable':
      return [news.kind, news.name];
    case 'concurrency':
      return [news.kind, news.vpc];
    default: {
      const never: never = news;
      return never;
    }
  }
}

/** Null for any other event. */
export function parseSentNews(event: unknown): SentNews | null {
  const parsed = z.safeParse(sentNewsSchema, event);
  return parsed.success ? parsed.data : null;
}
