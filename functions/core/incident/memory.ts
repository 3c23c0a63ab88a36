import type * as z from 'zod/mini';
import { RemediationError } from '../base/errors.ts';
import type { ReadOnly } from '../base/read-only.ts';
import type { memorySchema } from './memory-schema.ts';

/** What is known about one server across its runs. Its schema explains the fields. */
export type Memory = ReadOnly<Omit<z.output<typeof memorySchema>, 'form'>>;

/** Version 0: no item is stored yet. */
export const NOTHING_REMEMBERED: Memory = {
  version: 0,
  paused: null,
  told: [],
  telling: [],
  incident: null,
  runs: [],
  ownTries: [],
  busySince: null,
  closed: [],
  trippedAt: null,
  untold: [],
};

/** The server to which the memory belongs, and the table that stores it. */
export type MemoryPlace = { readonly server: string; readonly table: string };

/** The error for any answer of the service or the network that is no item. */
export function memoryUnreadable({ server, table }: MemoryPlace, found: string): RemediationError {
  const message = `The memory of ${server} in table ${table} cannot be read (${found}): check the table's name, the right to dynamodb:GetItem, and the way to DynamoDB.`;
  return new RemediationError('memory-unreadable', message);
}
