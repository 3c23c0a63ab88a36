import * as z from 'zod/mini';
import { count, fields, flag, textOrNull } from '../base/kept-fields.ts';
import type { ReadOnly } from '../base/read-only.ts';

/**
 * What `report` leaves beside a database's memory where runs need more attention than calm ones. A database without such
 * a row is calm, and costs nothing to look up.
 */
export const attentionFields = {
  /** Runs in a row that could not get in, although the server was not full. */
  failures: count,
  failedAt: textOrNull,
  /** The code of the last failure; null without one. */
  failedBy: textOrNull,
  /** Whether an incident is open. */
  incident: flag,
  /** Since when at least 40 % of the slots are in use. */
  busyAt: textOrNull,
} as const;

const attentionSchema = fields({
  failures: z._default(attentionFields.failures, 0),
  failedAt: z._default(attentionFields.failedAt, null),
  failedBy: z._default(attentionFields.failedBy, null),
  incident: z._default(attentionFields.incident, false),
  busyAt: z._default(attentionFields.busyAt, null),
});

export type Attention = ReadOnly<z.output<typeof attentionSchema>>;

export const CALM: Attention = { failures: 0, failedAt: null, failedBy: null, incident: false, busyAt: null };

/** A row that cannot be read asks for a run at each period, which is what a database in trouble needs. */
export function parseAttention(row: unknown): Attention {
  const parsed = z.safeParse(attentionSchema, row);
  return parsed.success ? parsed.data : { ...CALM, incident: true };
}

export function isCalm({ failures, incident, busyAt }: Attention): boolean {
  return failures === 0 && !incident && busyAt === null;
}

/** Databases of a cell by key, without the calm ones. */
export type AttentionByKey = ReadonlyMap<string, Attention>;
