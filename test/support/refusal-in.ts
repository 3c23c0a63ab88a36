import { type RefusalLine, readRefusal } from '../../functions/events/refusal-line.ts';

/** The refusal that a log event reports, whichever program wrote the line; null when it reports none. */
export function refusalIn(message: string): RefusalLine | null {
  const read = readRefusal(message);
  if (read === null) return null;
  const { isOfServer: _, ...refusal } = read;
  return refusal;
}
