import * as z from 'zod/mini';
import { count, fields, flag, list, pid, said, saidOrNull, spanOrNull, told } from './record-fields.ts';

/** Who else held a lock like ours: in a record, and in the head beside it. */

const lockHolder = fields({
  pid: told('Null for a prepared transaction; a text on GaussDB.', z.nullable(z.union([pid, said]))),
  user: saidOrNull,
  application: told('Chosen by the client, hence hostile.', said),
  address: said,
  openMs: told('For how long its session has been open; null where our role may not see it.', spanOrNull),
  isRun: flag,
});

export const lockOrNull = told(
  'Who else held a lock like ours, as the run last saw it: runs first, then others, which stop nothing.',
  z._default(z.nullable(fields({ holders: list(lockHolder), total: count })), null),
);
