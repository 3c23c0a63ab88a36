import * as z from 'zod/mini';
import { enumOf, fields, list, text, textOrNull } from '../base/kept-fields.ts';

/** A finding of the doctor, as a record keeps it. */
export const findingShape = {
  /**
   * Its level. `problem`: a run would fail, do less than it should, or not begin. `advice`: runs work, but
   * could work better. The key is the one that kept records and the command's JSON have.
   */
  standing: enumOf(['ok', 'advice', 'problem']),
  /** Names in it and in the note are clean already. */
  found: text,
  /** The remedy: statements to paste, and a note about what these cannot do or do not say. */
  mend: z.nullable(fields({ sql: list(text), note: textOrNull })),
} as const;

export const findingSchema = fields(findingShape);
