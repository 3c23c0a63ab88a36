import * as z from 'zod/mini';
import { jsonIn } from '../base/json-in.ts';
import { enumOf, fields, flag, text, textOrNull } from '../base/kept-fields.ts';
import { memoize } from '../base/memoize.ts';
import type { ReadOnly } from '../base/read-only.ts';
import { describe } from '../base/schema-fields.ts';
import { parseDatabaseKey } from './database-key.ts';
import { TAG_WORDS } from './database-tags.ts';

/** The version of the items that this code writes. */
export const REGISTRY_VERSION = 1;

/**
 * Whether runs may reach a database.
 * - `runs`: they do.
 * - `skipped`: not now, for the reason beside it. This is no failure.
 * - `unsupported`: never; it is a kind of server that we do not know.
 * - `declared`: a construct of its own cares for it.
 * - `untagged`: its owners have not asked for it.
 */
export const STANDINGS = ['runs', 'skipped', 'unsupported', 'declared', 'untagged'] as const;
export type Standing = (typeof STANDINGS)[number];

/**
 * Why a database does not run.
 * - `off`, `unknown-tag`: what its tag says.
 * - `status`: RDS says that it is stopped, created, upgraded, deleted or full.
 * - `no-endpoint`: it has no address yet.
 * - `no-network`: no `fleet-network` of this account reaches its VPC.
 * - `iam-off`: IAM authentication is off, so that no run can log in.
 * - `iam-too-small`: it is off too, and the server may have too little memory for it.
 * - `gone`: the API shows it no more.
 * - `limitless`, `custom`, `outposts`: unsupported kinds.
 */
export const STANDING_REASONS = [
  'off',
  'unknown-tag',
  'status',
  'no-endpoint',
  'no-network',
  'iam-off',
  'iam-too-small',
  'gone',
  'limitless',
  'custom',
  'outposts',
] as const;
export type StandingReason = (typeof STANDING_REASONS)[number];

/** How a refusal starts a run. `sweep` means that none does: the next sweep finds it. */
export const TRIGGER_RUNGS = ['subscription', 'filter', 'sweep'] as const;
export type TriggerRung = (typeof TRIGGER_RUNGS)[number];

const moment = text;
const momentOrNull = z._default(z.nullable(moment), null);
const someText = z._default(textOrNull, null);
const port = z.int({ error: 'a port' });

const cluster = fields({
  resource: describe('`cluster-…`: the resource of rds-db:connect.', text),
  name: text,
  arn: text,
});

const network = fields({
  function: describe('ARN of the `remediate` function that reaches the VPC.', text),
  vpc: describe('The VPC that the function is in.', text),
});

/**
 * One database in the registry. Items of other versions are read too: what they lack has a default, unknown fields are
 * kept, and a word that this version does not know gets the most careful meaning.
 */
export const registryItemSchema = fields({
  version: z._default(z.int().check(z.gte(1)), REGISTRY_VERSION),
  key: text,
  resource: text,
  vpc: text,
  /** A `member` is an instance of an Aurora or Multi-AZ cluster. A `cluster` has none, and no run. */
  kind: z._default(z.catch(enumOf(['instance', 'member', 'cluster']), 'instance'), 'instance'),
  cluster: z._default(z.nullable(cluster), null),
  name: text,
  arn: z._default(text, ''),
  engine: z._default(text, 'postgres'),
  engineVersion: z._default(text, ''),
  host: someText,
  port: z._default(z.nullable(port), null),
  database: describe('Where runs log in.', z._default(text, 'postgres')),
  tag: z._default(z.catch(enumOf(TAG_WORDS), 'unknown'), 'absent'),
  policy: someText,
  owner: someText,
  status: describe('The status that RDS shows.', z._default(text, '')),
  standing: z._default(z.catch(enumOf(STANDINGS), 'skipped'), 'skipped'),
  why: z._default(z.catch(z.nullable(enumOf(STANDING_REASONS)), 'status'), null),
  firstSeen: moment,
  /** A resource id seen for the first time observes until then, whatever its tag says. */
  observeUntil: moment,
  /** Of which database it was restored, where the API tells. */
  source: someText,
  iam: z._default(flag, false),
  iamTooSmall: z._default(flag, false),
  /** Capacity units of Serverless v2; null for others. 0 means that it pauses. */
  minimumCapacity: z._default(z.nullable(z.number()), null),
  logGroup: describe('Null while the server exports no log.', someText),
  rung: z._default(z.catch(enumOf(TRIGGER_RUNGS), 'sweep'), 'sweep'),
  rungWhy: someText,
  network: z._default(z.nullable(network), null),
  declaredAs: describe('The name by which a construct declares it.', someText),
  /** Written at most hourly, unless something else changed. */
  lastSeen: moment,
  /** Since when the API has not shown it. It is `gone` when the next read does not show it either. */
  goneSince: momentOrNull,
});

export type RegistryItem = ReadOnly<z.output<typeof registryItemSchema>>;

/** The person that ended the quarantine of a database, and when. */
export type Acceptance = { readonly by: string; readonly at: string };

/** An item with what people wrote beside it. */
export type RegisteredDatabase = RegistryItem & { readonly accepted: Acceptance | null };

const acceptance = fields({ by: text, at: moment });

/**
 * Parses an item from its texts. Null when it is none of ours or lacks what identifies it: nothing is done on such a
 * database. `key` is that of the table, and the text has to agree with it.
 */
export function parseRegistryItem(
  key: string,
  item: string | undefined,
  accepted: string | undefined,
): RegisteredDatabase | null {
  const data = item === undefined ? null : itemIn(item);
  if (data === null || data.key !== key) return null;
  return accepted === undefined ? data : { ...data, accepted: acceptanceIn(accepted) };
}

/** More than a large cell has databases. Most of their items change once an hour. */
const MOST_ITEMS = 2_000;

/** The item of a text, if its key is that of its place. */
const itemIn = memoize((text): RegisteredDatabase | null => {
  const parsed = z.safeParse(registryItemSchema, jsonIn(text));
  if (!parsed.success) return null;
  const { data } = parsed;
  const place = parseDatabaseKey(data.key);
  if (place === null || data.vpc !== place.vpc || data.resource !== place.resource) return null;
  return { ...data, accepted: null };
}, MOST_ITEMS);

function acceptanceIn(written: string | undefined): Acceptance | null {
  const parsed = z.safeParse(acceptance, jsonIn(written));
  return parsed.success && !Number.isNaN(Date.parse(parsed.data.at)) ? parsed.data : null;
}

/** The text of an item. Unknown fields of other versions stay in it. */
export function registryItemText({ accepted: _, ...item }: RegistryItem & { accepted?: unknown }): string {
  return JSON.stringify(item);
}
