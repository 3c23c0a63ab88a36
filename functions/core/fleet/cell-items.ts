import * as z from 'zod/mini';
import { enumOf, fields, list, text, textOrNull } from '../base/kept-fields.ts';
import type { ReadOnly } from '../base/read-only.ts';
import { MODES } from '../policy/mode.ts';
import { jsonIn } from './json-in.ts';
import { TRIGGER_RUNGS } from './registry-item.ts';

/** What belongs to the whole cell stands in the registry too, under keys that no database has. */
export const CELL_KEYS = {
  /** Two attributes: `people`, which people write, and `organisation`, the dispatcher's copy of `switch.json`. */
  switch: 'cell#switch',
  /** What the dispatcher remembers of the cell itself. */
  state: 'cell#state',
  /** The rung of each log group. The function of the triggers alone writes it. */
  rungs: 'cell#rungs',
} as const;

const POLICY_PREFIX = 'cell#policy#';

export function policyItemKey(name: string): string {
  return `${POLICY_PREFIX}${name}`;
}

/** The name in the key of a policy's item; null for other keys. */
export function policyNameIn(key: string): string | null {
  return key.startsWith(POLICY_PREFIX) ? key.slice(POLICY_PREFIX.length) : null;
}

/**
 * A switch: the highest mode in which anything runs. Both switches have this form. A word that this version does not
 * know means `off`.
 */
const switchSchema = fields({
  mode: z.catch(enumOf(MODES), 'off'),
  by: z._default(z.catch(text, ''), ''),
  at: z._default(z.catch(textOrNull, null), null),
  reason: z._default(z.catch(textOrNull, null), null),
  /** When it ends by itself. */
  until: z._default(z.catch(textOrNull, null), null),
});
export type FleetSwitch = ReadOnly<z.output<typeof switchSchema>>;

const UNREADABLE: FleetSwitch = {
  mode: 'off',
  by: '',
  at: null,
  reason: 'the switch cannot be read',
  until: null,
};

/**
 * A switch from its text; null where there is none. A text that cannot be read switches off. One whose end cannot be
 * read has no end.
 */
export function parseSwitch(written: string | undefined, now: number): FleetSwitch | null {
  if (written === undefined) return null;
  const parsed = z.safeParse(switchSchema, jsonIn(written));
  if (!parsed.success) return UNREADABLE;
  const end = Date.parse(parsed.data.until ?? '');
  return now >= end ? null : parsed.data;
}

export function switchText({ mode, by, at, reason, until }: FleetSwitch): string {
  return JSON.stringify({ mode, by, at, reason, until });
}

/** A validated copy of a policy of the organisation's bucket. */
const policySchema = fields({
  name: text,
  /** The whole text as it is in the bucket; null while the bucket has none that parses. */
  text: textOrNull,
  hash: textOrNull,
  /** The bucket's word for this version of the object. */
  etag: z._default(textOrNull, null),
  /** Why the newest text in the bucket is refused; null when it is the copy. */
  problem: z._default(textOrNull, null),
  copiedAt: text,
});
export type PolicyCopy = ReadOnly<z.output<typeof policySchema>>;

/** Null for what is no copy of this policy: its databases then observe. */
export function parsePolicyCopy(name: string, written: string | undefined): PolicyCopy | null {
  const parsed = z.safeParse(policySchema, jsonIn(written));
  return parsed.success && parsed.data.name === name ? parsed.data : null;
}

const outage = fields({ since: text, toldAt: textOrNull });
const stateSchema = fields({
  /** When the API of RDS, and the organisation's bucket, last answered. */
  apiAt: z._default(textOrNull, null),
  bucketAt: z._default(textOrNull, null),
  switchTag: z._default(textOrNull, null),
  /** What people were told and has not ended: by its word, since when. */
  told: z._default(z.record(text, text), {}),
  /** Databases that the cell could not reach all at once. */
  outage: z._default(z.nullable(outage), null),
  triggersAt: z._default(textOrNull, null),
});
export type CellState = ReadOnly<z.output<typeof stateSchema>>;

export const NEW_CELL: CellState = {
  ...{ apiAt: null, bucketAt: null, switchTag: null, told: {}, outage: null, triggersAt: null },
};

/** A state that cannot be read is forgotten: at worst people are told something twice. */
export function parseCellState(written: string | undefined): CellState {
  const parsed = z.safeParse(stateSchema, jsonIn(written));
  return parsed.success ? parsed.data : NEW_CELL;
}

const rungsSchema = fields({
  at: text,
  groups: list(fields({ group: text, rung: z.catch(enumOf(TRIGGER_RUNGS), 'sweep'), why: textOrNull })),
});
export type CellRungs = ReadOnly<z.output<typeof rungsSchema>>;

/** Null where no rung is known: everything is swept. */
export function parseRungs(written: string | undefined): CellRungs | null {
  const parsed = z.safeParse(rungsSchema, jsonIn(written));
  return parsed.success ? parsed.data : null;
}
