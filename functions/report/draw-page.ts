import type { Explained } from '../core/diagnosis/explain.ts';
import type { PagePlace, Told } from '../render/page/page-facts.ts';

/**
 * The page of a run. The drawing code is loaded only here, so that a message without a page does not wait for
 * it.
 */
export async function drawPage(explained: Explained, place: PagePlace | null, told?: Told): Promise<string> {
  const { renderExplainedPage } = await import('../render/page/render-page.ts');
  return renderExplainedPage(explained, place, told);
}
