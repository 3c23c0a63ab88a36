import type { Explained } from '../core/diagnosis/explain.ts';

/** The page of a run. What draws it is loaded only here: no message waits for it that has no page. */
export async function drawPage(explained: Explained): Promise<string> {
  const { renderExplainedPage } = await import('../render/page/render-page.ts');
  return renderExplainedPage(explained);
}
