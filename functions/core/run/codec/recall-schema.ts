import * as z from 'zod/mini';
import { count, fields, list, problemSchema, text, textOrNull } from '../../base/kept-fields.ts';
import { describe } from '../../base/schema-fields.ts';

/** What a run reads from memory. Times are ISO 8601, by our clock. */

/**
 * While a pause lasts, runs only observe. It says who paused, when, and why. `until` is when the pause ends
 * without a person: the breaker sets it, and people do with `--for`.
 */
export const pauseShape = {
  at: text,
  by: text,
  reason: textOrNull,
  until: z._default(textOrNull, null),
} as const;

/**
 * Failed tries of one run to connect. The server logged a line for each of them, between `from` and `to`.
 * Such a line shows that we were refused, and does not show that other clients were. `tries` counts those
 * that the server refused with 53300, and those without an answer. `address` is ours as we saw it, and null
 * when no try reached the server.
 */
export const ownTriesShape = { from: text, to: text, tries: count, address: textOrNull } as const;
export const ownTriesSchema = fields(ownTriesShape);

export const pauseSchema = fields(pauseShape);

/** When a person let runs act again, and who did. */
export const resumeShape = { at: text, by: text } as const;
export const resumeSchema = fields(resumeShape);

export const recallSchema = z.discriminatedUnion(
  'kind',
  [
    fields({
      kind: z.literal('read'),
      table: text,
      paused: z.nullable(pauseSchema),
      /** Absent in older records, and where no person has resumed runs. */
      resumed: describe('When a person last resumed runs, and who did.', z.optional(resumeSchema)),
      /** Absent in older records. */
      ownTries: describe('Tries of earlier runs that could not connect.', z.optional(list(ownTriesSchema))),
    }),
    fields({ kind: z.literal('unreadable'), table: text, problem: problemSchema }),
  ],
  { error: 'what memory said, of kind "read" or "unreadable"' },
);
