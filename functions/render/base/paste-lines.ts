import type { Advice } from '../../core/advice/advice.ts';

/** What to paste, with its way back as comments. */
export function pasteLines(paste: Advice['paste']): readonly string[] {
  if (paste === undefined) return [];
  return [...paste.lines, ...(paste.undo ?? []).map((line) => `-- undo: ${line}`)];
}
