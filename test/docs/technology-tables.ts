import { TECHNOLOGIES, type Technology } from '../../functions/core/server/technologies.ts';
import { NAME_SIGNS, STATEMENT_SIGNS } from '../../functions/core/server/technology-table.ts';
import { tableText } from './table-text.ts';

type Left = Pick<(typeof NAME_SIGNS)[number], 'by' | 'isCertain' | 'source'>;

/** Application names, one row for each set of technologies that share a source. */
export function nameTable(): string {
  const groups = [...Map.groupBy(NAME_SIGNS, (sign) => JSON.stringify(cellsOf(sign))).values()];
  const rows = groups.flatMap((signs) => {
    const [first] = signs;
    return first === undefined ? [] : [[signs.map(({ name }) => code(name)).join(', '), ...cellsOf(first)]];
  });
  return tableText([['application name', 'left by', 'which is', 'certain', 'source'], ...rows]);
}

export function statementTable(): string {
  const rows = STATEMENT_SIGNS.map((sign) => [
    code(sign.example),
    `${sign.percent} %${sign.isOfNameless ? ', without an application name' : ''}`,
    ...cellsOf(sign),
  ]);
  return tableText([
    ['last statement, for example', 'of at least', 'left by', 'which is', 'certain', 'source'],
    ...rows,
  ]);
}

function cellsOf({ by, isCertain, source }: Left): readonly string[] {
  const kinds = new Set(by.map((technology: Technology) => TECHNOLOGIES[technology]));
  return [by.join(', '), [...kinds].join(', '), isCertain ? 'yes' : 'no', source];
}

function code(text: string): string {
  return `\`${text}\``;
}
