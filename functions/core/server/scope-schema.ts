import * as z from 'zod/mini';
import { count, fields, flag, list, number, text } from '../base/kept-fields.ts';

/** How a record counts slots: for the whole server, or under one limit. */

export const scopeSchema = z.discriminatedUnion(
  'kind',
  [
    fields({ kind: z.literal('server') }),
    fields({ kind: z.literal('role'), name: text }),
    fields({ kind: z.literal('database'), name: text }),
  ],
  { error: 'a scope of kind "server", "role" or "database"' },
);

export const pressureSchema = fields({
  scope: scopeSchema,
  usable: number,
  used: count,
  /** May be negative: then ordinary clients use reserved slots. */
  free: number,
  under: flag,
  /** How many of its sessions must end until the policy's `until` holds. */
  need: count,
});
export const pressures = list(pressureSchema);

/** The names that sessions of one group share. */
export const groupShape = { application: text, user: text, database: text } as const;
