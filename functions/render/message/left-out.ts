import { cleanMessage } from '../../core/base/clean-text.ts';
import type { Problem } from '../../core/base/errors.ts';

/** The parts of a report, in the order in which they are made. */
export type ReportPart = 'record' | 'cause' | 'message' | 'misconfigurations' | 'page' | 'index';

/** A part that is missing in a report. */
export type LeftOut = { readonly part: ReportPart; readonly problem: Problem };

const LACKS: Readonly<Record<ReportPart, string>> = {
  record: 'The record of this run could not be read',
  cause: 'The cause could not be worked out',
  message: 'The message could not be written in full',
  misconfigurations: 'The findings of the sweep could not be written in full',
  page: 'The page could not be drawn',
  index: 'The index of incidents could not be written',
};
const MOST_LINES = 3;

/** One sentence for each missing part, with the reason. */
export function leftOutTexts(leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.map(({ part, problem }) => `${LACKS[part]}. ${cleanMessage(problem.message, MOST_LINES)}`);
}
