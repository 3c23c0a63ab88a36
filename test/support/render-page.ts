import { explain } from '../../functions/core/diagnosis/explain.ts';
import type { KeptRecord } from '../../functions/core/run/kept-record.ts';
import { renderExplainedPage } from '../../functions/render/page/render-page.ts';

/** The page of a run, from its record alone. */
export function renderPage(
  record: KeptRecord,
  given: Parameters<typeof renderExplainedPage>[1] = {},
): string {
  return renderExplainedPage(explain(record, record.reduced), given);
}
