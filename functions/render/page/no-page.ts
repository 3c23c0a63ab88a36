import { cleanName } from '../../core/base/clean-text.ts';
import { type LeftOut, leftOutTexts } from '../message/left-out.ts';

/** Stands in place of a page that could not be drawn, so that the message's link works. */
export function renderNoPage(
  { runId, server }: { readonly runId: string; readonly server: string | null },
  leftOut: readonly LeftOut[],
): string {
  const texts = [
    `Run ${cleanName(runId)} of ${cleanName(server ?? 'unknown server')} has no page.`,
    ...leftOutTexts(leftOut),
    'Its record is beside this file, with the ending .json.gz. To draw the page from it: headroom report FILE --html run.html',
  ];
  const paragraphs = texts.map((text) => `<p>${escaped(text)}</p>\n`).join('');
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>No page</title></head><body>\n${paragraphs}</body></html>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '');
}
