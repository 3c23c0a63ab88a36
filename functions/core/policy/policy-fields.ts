import * as z from 'zod/mini';
import { LOCAL_ADDRESS, parseNetwork } from '../base/address.ts';
import { NO_NAME } from '../base/clean-text.ts';
import { quoted } from '../base/errors.ts';
import { isZone } from '../base/wall-clock.ts';
import { meantPattern } from './foreign-pattern.ts';

/** Values that a policy may have. The error text of each schema says what is allowed. */

export function wordOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: words.map((word) => `"${word}"`).join(' or ') });
}

/** A whole number between two bounds, both included. Where 0 is allowed, it means none. */
export function wholeFrom(least: number, most: number) {
  const error =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least}`
      : `a whole number from ${least} to ${most}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
}

export const trueOrFalse = z.boolean({ error: 'true or false' });

const AGE = /^[1-9]\d{0,5}[smhd]$/;
export const age = z
  .string({ error: 'an age such as "90s", "10m", "8h" or "2d"' })
  .check(z.regex(AGE, { error: 'an age such as "90s", "10m", "8h" or "2d"' }));

export function listOf(entry: z.ZodMiniType<string, string>) {
  return z.array(entry, { error: 'a list of texts' });
}

const NAME = 'a name, exact or with "*" for any text, or "(none)" for an empty one';
export const name = z.string({ error: NAME }).check(
  z.minLength(1, { error: NAME }),
  z.refine((text) => meantPattern(text) === null, { error: ({ input }) => foreignPattern(String(input)) }),
);

/** Alternatives have no form of ours, so that they get entries of their own. */
function foreignPattern(text: string): string {
  const meant = meantPattern(text) ?? '';
  const form = /[()|]/.test(meant) ? 'one entry for each name' : quoted(meant);
  return `${form}: "*" stands for any text, everything else is exact, and regular expressions and LIKE are not read`;
}

const ADDRESS = 'a network such as "10.0.3.0/28" without host bits, an address, "*", "local" or "(none)"';
export const address = z.string({ error: ADDRESS }).check(
  z.refine((text) => ['*', LOCAL_ADDRESS, NO_NAME].includes(text) || parseNetwork(text) !== null, {
    error: ADDRESS,
  }),
);

const NETWORK = 'a network such as "10.0.3.0/28" without host bits, an address, or "local"';
export const network = z
  .string({ error: NETWORK })
  .check(z.refine((text) => text === LOCAL_ADDRESS || parseNetwork(text) !== null, { error: NETWORK }));

const TIME_OF_DAY = 'a time of the day from "00:00" to "23:59"';
export const timeOfDay = z
  .string({ error: TIME_OF_DAY })
  .check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: TIME_OF_DAY }));

const ZONE = 'the name of a time zone, such as "Europe/Berlin" or "UTC"';
export const zone = z.string({ error: ZONE }).check(z.refine((text) => isZone(text), { error: ZONE }));
