import * as z from 'zod/mini';
import { DEFAULT_PORT } from './setting-schemas.ts';

/**
 * The values of the function's variables. They are texts. They allow more than declarations do: a loopback
 * address or a secret's name is fine in a test or on a developer's machine.
 */

export const someText = (allowed: string) =>
  z.string({ error: allowed }).check(z.minLength(1, { error: allowed }));

/** Null where the variable is missing. */
export const orNull = <Schema extends z.ZodMiniType>(schema: Schema) => z._default(z.nullable(schema), null);

const PORT = 'a port from 1 to 65535';
export const portText = () =>
  z._default(
    z.pipe(
      z.string({ error: PORT }).check(z.regex(/^[1-9]\d{0,4}$/, { error: PORT })),
      z.pipe(
        z.transform((digits: string) => Number(digits)),
        z.int({ error: PORT }).check(z.lte(65_535, { error: PORT })),
      ),
    ),
    DEFAULT_PORT,
  );

const HOST = "the instance's host name or address, without scheme, user and port";
export const hostText = () =>
  z.string({ error: HOST }).check(z.regex(/^[A-Za-z0-9.:_-]+$|^\/[\w./-]+$/, { error: HOST }));

export const SECRET = 'the ARN or name of a secret, never the secret itself';
export const secretName = () => z.optional(z.string().check(z.regex(/^[\w/+=.@:!-]+$/, { error: SECRET })));

const USER = 'the name of the role that authenticates by IAM, at most 63 characters';
export const roleName = () => z.optional(someText(USER).check(z.maxLength(63, { error: USER })));

const TABLE = 'the name or ARN of a DynamoDB table';
export const tableName = () =>
  orNull(z.string({ error: TABLE }).check(z.regex(/^[\w.:/-]{3,1024}$/, { error: TABLE })));

export function choice<const Words extends readonly string[]>(
  words: Words,
  byDefault: Words[number],
  separator = ', ',
) {
  const error = words.map((word) => `"${word}"`).join(separator);
  return z._default(z.enum(words, { error }), byDefault);
}
