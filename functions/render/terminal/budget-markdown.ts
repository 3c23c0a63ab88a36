import { cleanName } from '../../core/base/clean-text.ts';
import type { BudgetVerdict } from '../../core/budget/judge-budget.ts';
import { budgetHeadline, budgetRemarks, largestText, limitText } from '../base/budget-phrases.ts';

/** The same for a comment on a pull request. Names stand in code spans, so that they link and mention nothing. */
export function renderBudgetMarkdown(verdict: BudgetVerdict, leftOut: readonly string[]): string {
  const limits = verdict.limits.map((limit) => [
    code(limitText(limit)),
    String(limit.most),
    String(limit.least),
    String(limit.worst),
    limit.over === 0 ? '' : `**${limit.over}**`,
    limit.seen === null ? '' : String(limit.seen),
  ]);
  const lines = verdict.lines.map((line) => [
    code(cleanName(line.name)),
    code(cleanName(line.to)),
    String(line.pools),
    String(line.pool),
    String(line.worst),
    largestText(line),
  ]);
  return [
    `### ${verdict.fits ? 'Connections fit' : 'Connections are over budget'}`,
    code(budgetHeadline(verdict)),
    ...(verdict.limits.length === 0
      ? []
      : [table(['limit', 'slots', 'at rest', 'worst case', 'over', 'seen'], limits, 1)]),
    table(['line', 'to', 'pools', 'pool size', 'worst case', 'largest pool that fits alone'], lines, 2),
    ...budgetRemarks(verdict, leftOut).map((text) => `- ${code(text)}`),
  ].join('\n\n');
}

function table(titles: readonly string[], rows: readonly (readonly string[])[], texts: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = titles.map((_, at) => (at < texts ? '---' : '---:'));
  return [line(titles), line(rule), ...rows.map(line)].join('\n');
}

/** A backquote would end the span, and a bar the cell. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}\``;
}
