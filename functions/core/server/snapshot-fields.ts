import * as z from 'zod/mini';
import { describe } from '../base/schema-fields.ts';

/** Fields of a snapshot. The error text of each schema says what is allowed. */

/** PostgreSQL's numbers are 32-bit integers. */
export const MOST = 2_147_483_647;

export function integerFrom(least: number, most: number, orNull = '') {
  const error = `a whole number ${most <= MOST ? `from ${least} to ${most}` : `from ${least}`}${orNull}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
}

export const optionalText = (description: string) =>
  describe(description, z._default(z.nullable(z.string({ error: 'a text or null' })), null));

/** Threads of GaussDB have 64-bit ids. */
export const processId = integerFrom(1, Number.MAX_SAFE_INTEGER, ' or null');
