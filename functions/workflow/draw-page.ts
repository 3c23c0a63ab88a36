import type { KeptRecord } from '../core/kept-record.ts';

/** The page of a run. What draws it is loaded only here: no message waits for it that has no page. */
export async function drawPage(record: KeptRecord): Promise<string> {
  const { renderPage } = await import('../render/page/render-page.ts');
  return renderPage(record);
}
