import * as z from 'zod/mini';
import { describe } from '../../base/schema-fields.ts';
import { count, fields, flag, list, millisecondsOrNull, pid, text, textOrNull } from './record-fields.ts';

/** Other holders of our lock, in a record and in its head. */

const lockHolder = fields({
  pid: describe('Null for a prepared transaction; a text on GaussDB.', z.nullable(z.union([pid, text]))),
  user: textOrNull,
  application: describe('Chosen by the client, hence hostile.', text),
  address: text,
  openMs: describe(
    'For how long its session has been open; null where our role may not see it.',
    millisecondsOrNull,
  ),
  isRun: flag,
});

export const lockOrNull = describe(
  'Who else held a lock like ours, as the run last saw it: runs first, then others, which stop nothing.',
  z._default(z.nullable(fields({ holders: list(lockHolder), total: count })), null),
);
