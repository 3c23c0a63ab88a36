import type { Advice } from '../../core/advice/advice.ts';

/** Lines to paste, with the lines that undo them as comments. */
export function pasteLines(paste: Advice['paste']): readonly string[] {
  if (paste === undefined) return [];
  const { lines, or, undo = [] } = paste;
  return [...lines, ...(or === undefined ? [] : [`-- or: ${or}`]), ...undo.map((line) => `-- undo: ${line}`)];
}
