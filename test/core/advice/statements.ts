import type { Advice } from '../../../functions/core/advice/advice.ts';

/** One advice's statements as somebody pastes them: each whole, without comments. */
export function statementsOf(lines: readonly string[]): readonly string[] {
  const text = lines.filter((line) => !line.startsWith('--')).join('\n');
  return text
    .split(/(?<=;)\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** With what a comment says may be done instead. */
export function everyStatementOf(paste: Advice['paste']): readonly string[] {
  if (paste?.language !== 'sql') return [];
  const statements = statementsOf(paste.lines);
  const instead = paste.lines.flatMap((line) => /^-- what stays: the same with (.+)$/.exec(line)?.[1] ?? []);
  return [
    ...statements,
    ...instead.flatMap((call) => statements.map((each) => each.replace(/pg_cancel_backend\(pid\)/, call))),
    ...statementsOf(paste.undo ?? []),
  ];
}
