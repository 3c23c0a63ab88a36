import * as z from 'zod/mini';
import {
  count,
  fields,
  flag,
  list,
  millisecondsOrNull,
  pid,
  text,
  textOrNull,
} from '../../base/kept-fields.ts';
import { describe } from '../../base/schema-fields.ts';

/** Other holders of our lock, in a record and in its head. */

export const lockHolderSchema = fields({
  /** Process ids of GaussDB exceed JavaScript's safe integers. */
  pid: describe('Null for a prepared transaction; a text on GaussDB.', z.nullable(z.union([pid, text]))),
  user: textOrNull,
  application: describe('Chosen by the client, so it is not to be trusted.', text),
  /** An IP address, `local`, or empty when unknown. */
  address: text,
  openMs: describe(
    'For how long its session has been open; null when our role may not see it.',
    millisecondsOrNull,
  ),
  /** Whether the holder counts as a run. Other holders do not stop a run. */
  isRun: flag,
});

/** The first few holders, and the number of all. */
export const lockSightSchema = fields({ holders: list(lockHolderSchema), total: count });

export const lockOrNull = describe(
  'Other holders of our lock when the run last looked: runs first, then sessions that do not stop a run.',
  z._default(z.nullable(lockSightSchema), null),
);
