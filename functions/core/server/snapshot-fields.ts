import * as z from 'zod/mini';

/** Fields of a snapshot. The error text of each schema says what is allowed. */

/** PostgreSQL's numbers are 32-bit integers. */
export const MOST = 2_147_483_647;

export function described<Schema extends z.ZodMiniType>(description: string, schema: Schema): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

export function wholeNumber(least: number, most: number, orNull = '') {
  const error = `a whole number ${most <= MOST ? `from ${least} to ${most}` : `from ${least}`}${orNull}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
}

export const textOrNull = (description: string) =>
  described(description, z._default(z.nullable(z.string({ error: 'a text or null' })), null));

/** Threads of GaussDB have 64-bit ids. */
export const pid = wholeNumber(1, Number.MAX_SAFE_INTEGER, ' or null');
