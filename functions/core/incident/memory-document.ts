import * as z from 'zod/mini';
import { foundText, RemediationError } from '../base/errors.ts';
import { findingsOf } from '../base/schema-findings.ts';
import { type Memory, type MemoryPlace, NOTHING_REMEMBERED } from './memory.ts';
import { FORM, formBefore, memorySchema } from './memory-schema.ts';

/**
 * Parses a stored item: its version, and the rest as JSON, in this form or the one before. @throws
 * RemediationError `memory-unreadable`, also for an item of a later form: an item that this version does not
 * understand must not be overwritten.
 */
export function parseMemory({ server, table }: MemoryPlace, found: unknown, document: string): Memory {
  const rest = parseJson(document);
  const input = typeof rest === 'object' && rest !== null ? { ...rest, version: found } : rest;
  const isNew = typeof input === 'object' && input !== null && 'form' in input;
  const read = isNew ? parseForm(input) : parseFormBefore(input);
  if ('memory' in read) return read.memory;
  const problems = findingsOf(read.error, input).map((each) => `${each.path}: ${foundText(each.found)}`);
  const message = `The memory of ${server} in table ${table} is not understood (${problems.join('; ')}): deploy functions and command in one version, or delete the item. A pause in it is then gone.`;
  throw new RemediationError('memory-unreadable', message);
}

type Read = { readonly memory: Memory } | { readonly error: z.core.$ZodError };

function parseForm(input: unknown): Read {
  const parsed = z.safeParse(memorySchema, input);
  if (!parsed.success) return { error: parsed.error };
  const { form: _, ...memory } = parsed.data;
  return { memory };
}

function parseFormBefore(input: unknown): Read {
  const parsed = z.safeParse(formBefore, input);
  if (!parsed.success) return { error: parsed.error };
  const { paused, ...rest } = parsed.data;
  // In that form only people paused runs.
  return {
    memory: { ...NOTHING_REMEMBERED, ...rest, paused: paused === null ? null : { ...paused, until: null } },
  };
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
  return JSON.stringify({ form: FORM, ...rest });
}
