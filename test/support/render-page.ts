import { explain } from '../../functions/core/diagnosis/explain.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { type Given, NOTHING_TOLD, type PagePlace } from '../../functions/render/page/page-facts.ts';
import { renderExplainedPage } from '../../functions/render/page/render-page.ts';

/** The page of a run, from its record alone. */
export function renderPage(record: KeptRecord, given: Given = {}, place: PagePlace | null = null): string {
  return renderExplainedPage(explain(record, record.reduced), place, NOTHING_TOLD, given);
}
