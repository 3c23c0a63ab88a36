import type { Advice } from '../../core/advice/advice.ts';

/** Lines to paste, with the lines that undo them as comments. */
export function pasteLines(paste: Advice['paste']): readonly string[] {
  if (paste === undefined) return [];
  return [...paste.lines, ...(paste.undo ?? []).map((line) => `-- undo: ${line}`)];
}
