import { cleanMessage } from '../../core/base/clean-text.ts';
import type { Problem } from '../../core/base/errors.ts';
import { sections, wrap } from '../base/layout.ts';
import type { Message } from '../base/message.ts';

/** What a report is made of, in the order in which it is made. */
export type ReportPart = 'record' | 'cause' | 'message' | 'misconfigurations' | 'page';

/** A part that a report has to do without. */
export type LeftOut = { readonly part: ReportPart; readonly problem: Problem };

const LACKS: Readonly<Record<ReportPart, string>> = {
  record: 'The record of this run could not be read',
  cause: 'The cause could not be worked out',
  message: 'The message could not be written in full',
  misconfigurations: 'The findings of the sweep could not be written in full',
  page: 'The page could not be drawn',
};
const MOST_LINES = 3;

/** One sentence for each part that is missing, and why. */
export function leftOutTexts(leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.map(({ part, problem }) => `${LACKS[part]}. ${cleanMessage(problem.message, MOST_LINES)}`);
}

/** A message that lacks a part, and says so. */
export function withLeftOut(message: Message, leftOut: readonly LeftOut[]): Message {
  if (leftOut.length === 0) return message;
  const lines = leftOutTexts(leftOut).flatMap((text) => wrap(text));
  const text = `${message.text.trimEnd()}\n\n${sections([{ title: 'WHAT IS LEFT OUT', lines }])}\n`;
  return { ...message, text };
}
