import * as z from 'zod/mini';
import { strictObject } from '../base/strict-object.ts';
import { IDLE_STATES } from '../server/session.ts';
import { HARMS } from './kept-policy-schema.ts';
import { MODES } from './mode.ts';
import { MOST_VICTIMS, POLICY_DEFAULTS } from './policy.ts';
import {
  address,
  age,
  listOf,
  name,
  network,
  timeOfDay,
  trueOrFalse,
  wholeFrom,
  wordOf,
  zone,
} from './policy-fields.ts';

/**
 * The shape of a policy. The error text of each schema says what is allowed; `parsePolicy` adds what was
 * found.
 */

export const thresholdFields = {
  usedPercent: wholeFrom(1, 100),
  freeSlots: wholeFrom(1, Number.MAX_SAFE_INTEGER),
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

/** An empty list would choose no session, so that the line which has it would do nothing. */
function someOf(entry: z.ZodMiniType<string, string>) {
  const error = 'at least one entry: a line that chooses no session does nothing';
  return z.optional(listOf(entry).check(z.minLength(1, { error })));
}

/** Which sessions one line is about. What is left out is about all. */
const selection = {
  users: someOf(name),
  databases: someOf(name),
  applications: someOf(name),
  addresses: someOf(address),
} as const;

export const ruleFields = {
  state: wordOf(IDLE_STATES),
  minAge: age,
  connectionAge: age,
  onlyIf: z
    .array(wordOf(HARMS), { error: `a list of ${HARMS.map((harm) => `"${harm}"`).join(' and ')}` })
    .check(z.minLength(1, { error: 'at least one condition' })),
} as const;

const rungSchema = strictObject({
  state: ruleFields.state,
  minAge: age,
  connectionAge: z.optional(age),
  ...selection,
});

const reapSchema = strictObject({
  minAge: age,
  state: z.optional(ruleFields.state),
  onlyIf: z.optional(ruleFields.onlyIf),
  connectionAge: z.optional(age),
  ...selection,
});

/** Without a name it would hold for all sessions, which the ladder says better. */
const youngerThanSchema = strictObject({ age, ...selection }).check(
  z.refine((line) => Object.values(line).filter((value) => value !== undefined).length > 1, {
    error: 'users, databases, applications or addresses beside the age: for all sessions, raise minAge',
  }),
);

const betweenSchema = strictObject({ from: timeOfDay, to: timeOfDay, zone, ...selection }).check(
  z.refine(({ from, to }) => from !== to, {
    error: 'two times that differ: to protect all day, leave the times out and use the lists of protect',
  }),
);

/** Far more than anybody writes. Each line is compared with all before it. */
export const MOST_RUNGS = 1_000;

function linesOf<Line extends z.ZodMiniType>(line: Line, what: string) {
  const error = `at most ${MOST_RUNGS} lines`;
  return z.array(line, { error: what }).check(z.maxLength(MOST_RUNGS, { error }));
}

const { relieve, limits, include, protect } = POLICY_DEFAULTS;

const names = (fallback: readonly string[]) => z._default(listOf(name), [...fallback]);
const addresses = (fallback: readonly string[]) => z._default(listOf(address), [...fallback]);

const relieveSchema = strictObject({
  when: z._default(thresholdSchema, relieve.when),
  until: z._default(thresholdSchema, relieve.until),
  ladder: z._default(linesOf(rungSchema, 'a list of rungs'), [...relieve.ladder]),
});

const limitsSchema = strictObject({
  maxVictims: z._default(wholeFrom(0, MOST_VICTIMS), limits.maxVictims),
  maxPercent: z._default(wholeFrom(0, 100), limits.maxPercent),
  keepPerGroup: z._default(wholeFrom(0, Number.MAX_SAFE_INTEGER), limits.keepPerGroup),
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
  builtinApplications: z._default(trueOrFalse, protect.builtinApplications),
  addresses: addresses(protect.addresses),
  poolers: z._default(listOf(network), [...protect.poolers]),
  listeners: z._default(trueOrFalse, protect.listeners),
  advisoryLocks: z._default(trueOrFalse, protect.advisoryLocks),
  temporaryTables: z._default(trueOrFalse, protect.temporaryTables),
  youngerThan: z._default(linesOf(youngerThanSchema, 'a list of lines with an age'), []),
  between: z._default(linesOf(betweenSchema, 'a list of times of the day'), []),
});

/** One rule, or a list of them. */
const reap = z.union([reapSchema, linesOf(reapSchema, 'a list of rules')], {
  error: 'a rule such as { "minAge": "8h" }, a list of rules, or null',
});

export const policySchema = strictObject({
  $schema: z.optional(z.string({ error: 'the address of a JSON Schema' })),
  mode: z._default(wordOf(MODES), POLICY_DEFAULTS.mode),
  relieve: z.prefault(relieveSchema, {}),
  reap: z._default(z.nullable(reap), POLICY_DEFAULTS.reap),
  limits: z.prefault(limitsSchema, {}),
  include: z.prefault(includeSchema, {}),
  protect: z.prefault(protectSchema, {}),
});

export type PolicyInput = z.infer<typeof policySchema>;
