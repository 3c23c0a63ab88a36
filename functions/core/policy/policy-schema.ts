import * as z from 'zod/mini';
import { LOCAL_ADDRESS, parseNetwork } from '../base/address.ts';
import { NO_NAME } from '../base/clean-text.ts';
import { quoted } from '../base/errors.ts';
import { strictObject } from '../base/strict-object.ts';
import { IDLE_STATES } from '../server/session.ts';
import { meantPattern } from './foreign-pattern.ts';
import { MODES } from './mode.ts';
import { MOST_VICTIMS, POLICY_DEFAULTS } from './policy.ts';

/**
 * The shape of a policy. The error text of each schema says what is allowed; `parsePolicy` adds what was
 * found.
 */

function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: words.map((word) => `"${word}"`).join(' or ') });
}

/** A whole number between two bounds, both included. Where 0 is allowed, it means none. */
function wholeNumber(least: number, most: number) {
  const error =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least}`
      : `a whole number from ${least} to ${most}`;
  return z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));
}

const flag = z.boolean({ error: 'true or false' });

const AGE = /^[1-9]\d{0,5}[smhd]$/;
const age = z
  .string({ error: 'an age such as "90s", "10m", "8h" or "2d"' })
  .check(z.regex(AGE, { error: 'an age such as "90s", "10m", "8h" or "2d"' }));

function listOf(entry: z.ZodMiniType<string, string>) {
  return z.array(entry, { error: 'a list of texts' });
}

const NAME = 'a name, exact or with "*" for any text, or "(none)" for an empty one';
const name = z.string({ error: NAME }).check(
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
const address = z.string({ error: ADDRESS }).check(
  z.refine((text) => ['*', LOCAL_ADDRESS, NO_NAME].includes(text) || parseNetwork(text) !== null, {
    error: ADDRESS,
  }),
);

const NETWORK = 'a network such as "10.0.3.0/28" without host bits, an address, or "local"';
const network = z
  .string({ error: NETWORK })
  .check(z.refine((text) => text === LOCAL_ADDRESS || parseNetwork(text) !== null, { error: NETWORK }));

export const thresholdFields = {
  usedPercent: wholeNumber(1, 100),
  freeSlots: wholeNumber(1, Number.MAX_SAFE_INTEGER),
} as const;

/** Exactly one of the two keys. The JSON Schema expresses this as a number of properties. */
const thresholdSchema = strictObject({
  usedPercent: z.optional(thresholdFields.usedPercent),
  freeSlots: z.optional(thresholdFields.freeSlots),
}).check(
  z.refine((threshold) => (threshold.usedPercent === undefined) !== (threshold.freeSlots === undefined), {
    error: 'either usedPercent or freeSlots',
  }),
);
thresholdSchema.register(z.globalRegistry, { minProperties: 1, maxProperties: 1 });

export const rungFields = { state: oneOf(IDLE_STATES), minAge: age } as const;
const rungSchema = strictObject(rungFields);

const { relieve, limits, include, protect } = POLICY_DEFAULTS;

const names = (fallback: readonly string[]) => z._default(listOf(name), [...fallback]);
const addresses = (fallback: readonly string[]) => z._default(listOf(address), [...fallback]);

const relieveSchema = strictObject({
  when: z._default(thresholdSchema, relieve.when),
  until: z._default(thresholdSchema, relieve.until),
  ladder: z._default(z.array(rungSchema, { error: 'a list of rungs' }), [...relieve.ladder]),
});

const limitsSchema = strictObject({
  maxVictims: z._default(wholeNumber(0, MOST_VICTIMS), limits.maxVictims),
  maxPercent: z._default(wholeNumber(0, 100), limits.maxPercent),
  keepPerGroup: z._default(wholeNumber(0, Number.MAX_SAFE_INTEGER), limits.keepPerGroup),
});

const includeSchema = strictObject({
  users: names(include.users),
  databases: names(include.databases),
  applications: names(include.applications),
  addresses: addresses(include.addresses),
});

const protectSchema = strictObject({
  users: names(protect.users),
  databases: names(protect.databases),
  applications: names(protect.applications),
  builtinApplications: z._default(flag, protect.builtinApplications),
  addresses: addresses(protect.addresses),
  poolers: z._default(listOf(network), [...protect.poolers]),
  listeners: z._default(flag, protect.listeners),
  advisoryLocks: z._default(flag, protect.advisoryLocks),
  temporaryTables: z._default(flag, protect.temporaryTables),
});

export const policySchema = strictObject({
  $schema: z.optional(z.string({ error: 'the address of a JSON Schema' })),
  mode: z._default(oneOf(MODES), POLICY_DEFAULTS.mode),
  relieve: z.prefault(relieveSchema, {}),
  reap: z._default(z.nullable(strictObject({ minAge: age })), POLICY_DEFAULTS.reap),
  limits: z.prefault(limitsSchema, {}),
  include: z.prefault(includeSchema, {}),
  protect: z.prefault(protectSchema, {}),
});

export type PolicyInput = z.infer<typeof policySchema>;
