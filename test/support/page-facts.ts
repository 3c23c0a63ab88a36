import { explain } from '../../functions/core/diagnosis/explain.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import {
  NOTHING_TOLD,
  type PageFacts,
  type PagePlace,
  pageFactsOf,
} from '../../functions/render/page/page-facts.ts';
import { recordings } from '../incidents/recordings.ts';

export function factsOfPage(record: RunRecord, place: PagePlace | null = null): PageFacts {
  return pageFactsOf(explain(record, []), place, NOTHING_TOLD);
}

const RECORDINGS = new Map(recordings().map(({ story, record }) => [story.name, record]));

/** What real clients did to a real server, by the name of the story. */
export function recorded(name: string): RunRecord {
  const record = RECORDINGS.get(name);
  if (record === undefined) throw new Error(`No incident "${name}" is recorded`);
  return record;
}

/** Each recorded incident with the facts of its page. */
export const RECORDED: ReadonlyMap<string, PageFacts> = new Map(
  [...RECORDINGS].map(([name, record]) => [name, factsOfPage(record)]),
);
