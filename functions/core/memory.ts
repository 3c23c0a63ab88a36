import * as z from 'zod/mini';
import { type Problem, RemediationError } from './errors.ts';
import { findingsOf } from './findings.ts';
import type { Mode } from './policy.ts';
import { strictObject } from './strict-object.ts';
import { isRefusal, type TriggerKind } from './trigger.ts';

/** While it lasts, runs only look: who said so, when (ISO 8601, UTC), and why. */
export type Pause = { readonly at: string; readonly by: string; readonly reason: string | null };

/** What is known of one server across its runs. */
export type Memory = {
  /** Counts the writes, each of which names the version that it replaces; 0 is nothing remembered yet. */
  readonly version: number;
  readonly paused: Pause | null;
  /** Misconfigurations that people know of, by check. One that is gone is forgotten, and told again if it comes back. */
  readonly told: readonly string[];
  /** Those being told. What stays here broke off before it was known to be published, and is told again. */
  readonly telling: readonly string[];
};

export const NOTHING_REMEMBERED: Memory = { version: 0, paused: null, told: [], telling: [] };

/** Whose memory, and where it is kept. */
export type MemoryPlace = { readonly server: string; readonly table: string };

/** What a run learnt from memory before it acted. */
export type Recall =
  | { readonly kind: 'read'; readonly table: string; readonly paused: Pause | null }
  | { readonly kind: 'unreadable'; readonly table: string; readonly problem: Problem };

/**
 * The mode in which a run acts. Who cannot read whether it is paused acts where somebody was refused, for there a server
 * is in need, and only observes where nobody was.
 */
export function modeInForce(mode: Mode, recall: Recall | null, trigger: TriggerKind): Mode {
  return mode === 'enforce' && recall?.kind === 'unreadable' && !isRefusal(trigger) ? 'observe' : mode;
}

export function pauseIn(recall: Recall | null): Pause | null {
  return recall?.kind === 'read' ? recall.paused : null;
}

const TEXT = 'a text';
const text = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));
const MOMENT = 'a time such as 2026-11-21T03:15:42.512Z';
const moment = z
  .string({ error: MOMENT })
  .check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, { error: MOMENT }));
const checks = z.array(text, { error: 'a list of checks' });
const VERSION = 'a whole number from 1 on';

const memorySchema = strictObject({
  version: z.int({ error: VERSION }).check(z.gte(1, { error: VERSION })),
  paused: z.nullable(strictObject({ at: moment, by: text, reason: z.nullable(text) })),
  told: checks,
  telling: checks,
});

/**
 * A kept item: its version, and the rest as JSON.
 * @throws RemediationError `memory-unreadable`, for an item of another version of ours as well: what is not understood
 * here must not be written over.
 */
export function parseMemory({ server, table }: MemoryPlace, version: unknown, document: string): Memory {
  const rest = parseJson(document);
  const input = typeof rest === 'object' && rest !== null ? { ...rest, version } : rest;
  const parsed = z.safeParse(memorySchema, input);
  if (parsed.success) return parsed.data;
  const found = findingsOf(parsed.error, input).map((each) => `${each.path}: found ${each.found}`);
  const message = `What table ${table} holds of ${server} is not understood (${found.join('; ')}): bring functions and command to one version, or delete the item, and a pause with it.`;
  throw new RemediationError('memory-unreadable', message);
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** The part of an item that `parseMemory` takes as JSON. */
export function memoryDocument({ version: _, ...rest }: Memory): string {
  return JSON.stringify(rest);
}

/** For whatever the service or the network answered instead of an item. */
export function memoryUnreadable({ server, table }: MemoryPlace, found: string): RemediationError {
  const message = `What table ${table} holds of ${server} cannot be read (${found}): check the table's name, that dynamodb:GetItem is allowed on this key, and that DynamoDB is reached from here.`;
  return new RemediationError('memory-unreadable', message);
}
