import { wrap } from '../base/layout.ts';
import { counted } from '../base/phrases.ts';
import { byRank, isFor, type Remark, type RemarkKind } from './remark-table.ts';

/** A mail is read on a phone. Empty lines count. */
export const MOST_LINES = 25;

/** What every mail ends with, whatever else it says. */
export type MailEnd = {
  /** Where the page or the record is. Null when neither is kept. */
  readonly link: { readonly title: string; readonly url: string } | null;
  /** Identifies the run. */
  readonly run: string;
};

/** Which remarks stand together, from top to bottom. */
const SECTIONS: readonly { readonly title: 'NOW' | 'LATER' | null; readonly kinds: readonly RemarkKind[] }[] =
  [
    { title: null, kinds: ['outcome', 'incident', 'breaker'] },
    { title: null, kinds: ['why'] },
    { title: null, kinds: ['ended', 'heldBack'] },
    { title: 'NOW', kinds: ['now'] },
    { title: 'LATER', kinds: ['later'] },
    {
      title: null,
      kinds: [
        'trigger',
        'leftOut',
        'foreignLock',
        'sparedByName',
        'memory',
        'oldKeepRule',
        'namedPooler',
        'clock',
      ],
    },
    { title: null, kinds: ['switch'] },
  ];

/** Steps of a list are numbered from `NOW` to `LATER`. */
const NUMBERED: ReadonlySet<RemarkKind> = new Set(['now', 'later']);

/** Whole lines for a mail program, which breaks them to the width of its screen. */
const whole = (line: string): readonly string[] => [line];
/** Lines for a terminal. What people paste is never broken. */
const wrapped = (line: string) => wrap(line, 0);

/** The same text for a terminal. */
export function terminalText(remarks: readonly Remark[], end: MailEnd): string {
  return textOf(remarks, end, wrapped);
}

/**
 * The text of a mail: as many remarks as its lines hold, chosen by rank, and the number of those that are left
 * to the page. Lines are never broken, because mail programs break them to the width of their screen.
 */
export function mailText(remarks: readonly Remark[], end: MailEnd): string {
  return textOf(remarks, end, whole);
}

function textOf(remarks: readonly Remark[], end: MailEnd, broken: Break): string {
  const all = byRank(remarks);
  let shown: readonly Remark[] = [];
  for (const remark of all.filter((each) => isFor('mail', each))) {
    const more = [...shown, remark];
    if (linesOf(more, all.length - more.length, end, whole).length <= MOST_LINES) shown = more;
  }
  return `${linesOf(shown, all.length - shown.length, end, broken).join('\n')}\n`;
}

type Break = (line: string) => readonly string[];

function linesOf(shown: readonly Remark[], left: number, end: MailEnd, broken: Break): readonly string[] {
  let number = 0;
  const numbered = ({ kind, title, lines: [first = '', ...rest] }: Remark) => {
    if (!NUMBERED.has(kind))
      return [...broken(`${title === undefined ? '' : `${title}: `}${first}`), ...rest];
    number += 1;
    return [...broken(`${number}. ${first}`), ...rest];
  };
  const parts = SECTIONS.flatMap(({ title, kinds }) => {
    const inside = shown.filter(({ kind }) => kinds.includes(kind));
    const lines = kinds.flatMap((kind) => inside.filter((each) => each.kind === kind).flatMap(numbered));
    return lines.length === 0 ? [] : [[...(title === null ? [] : [titleOf(title, end)]), ...lines]];
  });
  const rest = left === 0 ? [] : [[moreText(left, end)]];
  const link = end.link === null ? [] : [[end.link.title, end.link.url]];
  return [...parts, ...rest, ...link, broken(end.run)].flatMap((lines, at) =>
    at === 0 ? lines : ['', ...lines],
  );
}

/** How to do what can wait stands elsewhere. */
function titleOf(title: 'NOW' | 'LATER', { link }: MailEnd): string {
  return title === 'NOW' || link === null
    ? title
    : `${title} (how: ${isPage(link) ? 'on the page' : 'in the full text'})`;
}

function isPage({ url }: NonNullable<MailEnd['link']>): boolean {
  return url.endsWith('.html');
}

function moreText(left: number, { link }: MailEnd): string {
  const more = counted(left, 'more remark');
  if (link === null) return `And ${more} in the full text (headroom show --full).`;
  return isPage(link) ? `And ${more} on the page.` : `And ${more} in the full text.`;
}
