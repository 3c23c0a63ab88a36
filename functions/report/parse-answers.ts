import * as z from 'zod/mini';
import { RemediationError } from '../core/base/errors.ts';
import { CAUSES } from '../core/diagnosis/cause.ts';
import { headSchema } from '../core/run/codec/head-schema.ts';
import { groupShape } from '../core/server/scope-schema.ts';

/** The results of work on a damaged record are checked before they are used. */

const text = z.string();
const finite = z.number();
const readRun = z.object({
  head: headSchema,
  metrics: z.array(z.object({ name: text, unit: z.enum(['Count', 'Milliseconds']), value: finite })),
  misconfigurations: z.nullable(z.array(z.object({ check: text, found: text }))),
  kept: z.nullable(z.instanceof(Uint8Array)),
  recall: z.nullable(
    z.union([
      z.object({ kind: z.literal('read') }),
      z.object({ kind: z.literal('unreadable'), problem: z.object({ code: text, message: text }) }),
    ]),
  ),
});

const explained = z.object({ cause: z.nullable(z.enum(CAUSES)), culprit: z.nullable(z.object(groupShape)) });

/** SNS accepts subjects of printable ASCII below 100 characters. */
const message = z.object({
  subject: text.check(z.regex(/^[\x20-\x7e]{1,99}$/)),
  text: text.check(z.minLength(1)),
  chat: z.object({ version: z.literal('1.0'), id: text }),
  attributes: z.record(text, text.check(z.minLength(1))),
});

/**
 * @throws RemediationError `record-invalid` when the numbers of the run are not numbers.
 */
export const checkReadRun = checkOf(readRun);
/** @throws RemediationError `record-invalid`. */
export const checkExplained = checkOf(explained);
/**
 * @throws RemediationError `record-invalid` for a message that no topic would accept.
 */
export const checkMessage = checkOf(message);

function checkOf(schema: z.ZodMiniType): <Answer>(answer: Answer) => Answer {
  return (answer) => {
    const parsed = z.safeParse(schema, answer);
    if (parsed.success) return answer;
    const at = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new RemediationError(
      'record-invalid',
      `The record comes to something that cannot be told (${at}).`,
    );
  };
}
