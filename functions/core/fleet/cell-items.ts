import * as z from 'zod/mini';
import { jsonIn } from '../base/json-in.ts';
import { enumOf, fields, list, text, textOrNull } from '../base/kept-fields.ts';
import { memoize } from '../base/memoize.ts';
import type { ReadOnly } from '../base/read-only.ts';
import { fieldAt } from '../policy/field-at.ts';
import { MODES, type Mode } from '../policy/mode.ts';
import { sentNewsSchema } from './cell-news.ts';
import { TRIGGER_RUNGS } from './registry-item.ts';

/** What belongs to the whole cell stands in the registry too, under keys that no database has. */
export const CELL_KEYS = {
  /**
   * Four attributes: `people` and `proof`, which people write, `organisation`, the dispatcher's copy of `switch.json`, and
   * `item`, since when the dispatcher cannot see which servers there are.
   */
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

const switchSchema = fields({
  by: z._default(z.catch(text, ''), ''),
  at: z._default(z.catch(textOrNull, null), null),
  reason: z._default(z.catch(textOrNull, null), null),
  /** When it ends by itself. */
  until: z._default(z.catch(textOrNull, null), null),
});

/**
 * The highest mode in which anything runs, in a cell or in the whole organisation. Both switches have this form.
 * `problem` says why the text is not what was meant; null when it is.
 */
export type FleetSwitch = ReadOnly<z.output<typeof switchSchema>> & {
  readonly mode: Mode;
  readonly problem: string | null;
};

/**
 * A switch from its text; null where there is none, and after its end. One that cannot be read lets no session end, and
 * a mode that is none of ours means `off`: a person wanted to stop something.
 */
export function parseSwitch(written: string | undefined, now: number): FleetSwitch | null {
  if (written === undefined) return null;
  const found = switchIn(written);
  // An end that cannot be read is none.
  return now >= Date.parse(found.until ?? '') ? null : found;
}

/** People change a switch less often while a function is warm. */
const MOST_SWITCHES = 50;

const switchIn = memoize((text): FleetSwitch => {
  const found = jsonIn(text);
  const parsed = z.safeParse(switchSchema, found);
  if (!parsed.success) return { ...NO_PERSON, mode: 'observe', problem: 'it is no JSON object with a mode' };
  const mode = MODES.find((each) => each === fieldAt(found, 'mode'));
  const { by, at, reason, until } = parsed.data;
  const problem = mode === undefined ? `its mode is none of ${MODES.join(', ')}` : null;
  return { mode: mode ?? 'off', by, at, reason, until, problem };
}, MOST_SWITCHES);

/** A switch that holds nothing down. It stays, because it says who resumed and when. */
export const RESUMED = { mode: 'enforce', reason: null, until: null } as const;

const NO_PERSON = { by: '', at: null, reason: null, until: null } as const;

export function switchText({ mode, by, at, reason, until }: Omit<FleetSwitch, 'problem'>): string {
  return JSON.stringify({ mode, by, at, reason, until });
}

const blindSchema = fields({ blindSince: text });

/**
 * Since when the API has not answered for so long that an address may lead to another server than the registry has; null while
 * it answers. A text that cannot be read means that it does not.
 */
export function parseBlindSince(written: string | undefined): string | null {
  if (written === undefined) return null;
  const parsed = z.safeParse(blindSchema, jsonIn(written));
  return parsed.success ? parsed.data.blindSince : 'a time that cannot be read';
}

export function blindText(blindSince: string): string {
  return JSON.stringify({ blindSince });
}

/** A validated copy of a policy of the organisation's bucket. */
const policySchema = fields({
  name: text,
  /** The whole text as it is in the bucket; null while the bucket has none that parses. */
  text: textOrNull,
  hash: textOrNull,
  /** The ETag of this version of the object. */
  etag: z._default(textOrNull, null),
  /** Why the newest text in the bucket is refused; null when it is the copy. */
  problem: z._default(textOrNull, null),
  copiedAt: text,
});
export type PolicyCopy = ReadOnly<z.output<typeof policySchema>>;

/** Null for what is no copy of this policy: its databases then observe. */
export function parsePolicyCopy(name: string, written: string | undefined): PolicyCopy | null {
  const copy = written === undefined ? null : copyIn(written);
  return copy?.name === name ? copy : null;
}

/** More than a cell has policies. All its databases share them. */
const MOST_COPIES = 200;

const copyIn = memoize((text): PolicyCopy | null => {
  const parsed = z.safeParse(policySchema, jsonIn(text));
  return parsed.success ? parsed.data : null;
}, MOST_COPIES);

const outage = fields({ since: text, toldAt: textOrNull });
const stateSchema = fields({
  /** Since when the API of RDS, and the organisation's bucket, have not answered. */
  apiAwaySince: z._default(textOrNull, null),
  bucketAwaySince: z._default(textOrNull, null),
  /** The ETag of the `switch.json` that was copied, and why that cannot be read. */
  switchTag: z._default(textOrNull, null),
  switchProblem: z._default(textOrNull, null),
  /** Databases that the cell could not reach all at once. */
  outage: z._default(z.nullable(outage), null),
  /** What people were told and what lasts, with what it is about. */
  told: z._default(z.record(text, text), {}),
  /** News that may not have been sent yet. */
  untold: z._default(list(sentNewsSchema), []),
  /** The last week of which a summary was asked for. */
  summarised: z._default(textOrNull, null),
});
/** What the dispatcher remembers of its cell. A calm cell has the state of a new one. */
export type CellState = ReadOnly<z.output<typeof stateSchema>>;

export const NEW_CELL: CellState = {
  apiAwaySince: null,
  bucketAwaySince: null,
  switchTag: null,
  switchProblem: null,
  outage: null,
  told: {},
  untold: [],
  summarised: null,
};

export function cellStateText(state: CellState): string {
  return JSON.stringify(state);
}

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
