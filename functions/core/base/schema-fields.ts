import * as z from 'zod/mini';

/** Fields whose error text says what is allowed. The same text describes the field in the JSON Schema. */

export function described<Schema extends z.core.$ZodType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** The description first: where schemas are long, it reads as the heading of its field. */
export function describe<Schema extends z.core.$ZodType>(description: string, schema: Schema): Schema {
  return described(schema, description);
}

/** A text that a regular expression matches. The same error answers a wrong type and a wrong text. */
export function matching(form: RegExp, error: string) {
  return described(z.string({ error }).check(z.regex(form, { error })), error);
}

export function wholeNumber(least: number, most: number, error: string) {
  return described(z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error })), error);
}

export function someOf(entry: z.ZodMiniType<string, string>, error: string) {
  return described(z.array(entry, { error }).check(z.minLength(1, { error })), error);
}

export function oneOf<const Words extends readonly string[]>(words: Words, meaning: string) {
  const error = `${words.map((word) => `"${word}"`).join(' or ')}: ${meaning}`;
  return described(z.enum(words, { error }), error);
}
