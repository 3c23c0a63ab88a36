import type { Advice } from '../../core/advice/advice.ts';

type Paste = NonNullable<Advice['paste']>;

/** A longer statement is a list of sessions. People paste it from the page, or use the command. */
const MAX_STATEMENT = 640;

/**
 * What people paste from a phone: each statement on one line, and one line that undoes them. Empty when the
 * lines only make sense in a file, or when they are too long: then they are on the page.
 */
export function phonePaste(paste: Paste): readonly string[] {
  if (paste.or !== undefined) return [paste.or];
  if (paste.language !== 'sql' && paste.language !== 'shell') return [];
  const lines = foldStatements(paste.lines);
  if (lines.length === 0 || lines.some(({ length }) => length > MAX_STATEMENT)) return [];
  const undo = foldStatements(paste.undo ?? []);
  return [lines.join(' '), ...(undo.length > 0 ? [`Undo: ${undo.join(' ')}`] : [])];
}

/** Comments are dropped: on one line they would hide what follows. */
function foldStatements(lines: readonly string[]): readonly string[] {
  const statements: string[] = [];
  let open = '';
  for (const line of lines.map((each) => each.trim()).filter((each) => !each.startsWith('--'))) {
    open = open === '' ? line : `${open}${open.endsWith('(') ? '' : ' '}${line}`;
    if (!line.endsWith(';')) continue;
    statements.push(open);
    open = '';
  }
  return open === '' ? statements : [...statements, open];
}
