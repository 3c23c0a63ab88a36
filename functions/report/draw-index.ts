import type { IncidentIndex } from '../core/incident/incident-index.ts';
import { renderIndex } from '../render/page/render-index.ts';
import { packIndex } from './index-file.ts';
import type { Keep } from './report-ports.ts';

/** The index of a server, or of a region for null, with the addresses of the pages that it links to. */
export async function drawIndex(server: string | null, index: IncidentIndex, keep: Keep): Promise<string> {
  const urls = new Map<string, string>();
  for (const incident of index.incidents) {
    for (const { id, at, hasPage } of incident.runs)
      if (hasPage)
        urls.set(id, await keep.urlOf({ server: incident.server, startedAt: at, runId: id }, 'page'));
    if (server === null && !urls.has(incident.server))
      urls.set(incident.server, await keep.index.urlOf(incident.server));
  }
  const up = server === null ? null : await keep.index.urlOf(null);
  return renderIndex(index, { data: packIndex(index), server, up, urlOf: (key) => urls.get(key) ?? null });
}
