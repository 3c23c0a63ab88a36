import type { Paragraph } from '../chat/chat.ts';
import { byRank, isFor, type Remark, type RemarkKind } from './remark-table.ts';

/** The breaker and the steps stand among the next steps of a chat message. */
const AS_STEPS: ReadonlySet<RemarkKind> = new Set(['breaker', 'now', 'later', 'heldBack']);

const LABELS: Readonly<Partial<Record<RemarkKind, string>>> = {
  outcome: 'Now',
  incident: 'Incident',
  leftOut: 'Left out',
  oldKeepRule: 'Kept by earlier versions',
};

/** The remarks of a mail that fit into a chat room, each as a paragraph. */
export function chatParagraphs(remarks: readonly Remark[]): readonly Paragraph[] {
  return byRank(remarks)
    .filter((each) => isFor('chat', each) && !AS_STEPS.has(each.kind))
    .map(({ kind, title, lines }) => ({ label: labelOf(title) ?? LABELS[kind] ?? 'Note', texts: lines }));
}

/** `WHY (sure)` is a title of a mail, `Why (sure)` one of a chat message. */
function labelOf(title: string | undefined): string | null {
  return title === undefined ? null : `${title.charAt(0)}${title.slice(1).toLowerCase()}`;
}
