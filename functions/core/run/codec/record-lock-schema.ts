import * as z from 'zod/mini';
import { describe } from '../../base/schema-fields.ts';
import { count, fields, flag, list, millisecondsOrNull, pid, text, textOrNull } from './record-fields.ts';

/** Other holders of our lock, in a record and in its head. */

const lockHolder = fields({
  pid: describe('Null for a prepared transaction; a text on GaussDB.', z.nullable(z.union([pid, text]))),
  user: textOrNull,
  application: describe('Chosen by the client, so it is not to be trusted.', text),
  address: text,
  openMs: describe(
    'For how long its session has been open; null when our role may not see it.',
    millisecondsOrNull,
  ),
  isRun: flag,
});

export const lockOrNull = describe(
  'Other holders of our lock when the run last looked: runs first, then sessions that do not stop a run.',
  z._default(z.nullable(fields({ holders: list(lockHolder), total: count })), null),
);
