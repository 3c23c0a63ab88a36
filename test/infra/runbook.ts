import { readFileSync } from 'node:fs';

const RUNBOOK = readFileSync(new URL('../../docs/operate/runbook.md', import.meta.url), 'utf8');

/** An article by its anchor, with the titles of its sections. */
export type Article = { readonly anchor: string; readonly sections: readonly string[] };

/** The articles as a reader finds them: headings of the second level, anchored as Markdown viewers do. */
export const ARTICLES: readonly Article[] = RUNBOOK.split(/^## /m)
  .slice(1)
  .map((text) => ({
    anchor: (text.split('\n', 1)[0] ?? '')
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
    sections: [...text.matchAll(/^### (.+)$/gm)].map(([, title = '']) => title),
  }));
