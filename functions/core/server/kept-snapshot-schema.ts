import * as z from 'zod/mini';
import { fields, flag, list, obligatory, text, textOrNull } from '../base/kept-fields.ts';
import { describe } from '../base/schema-fields.ts';
import { poolerOrNull } from './pooler-schema.ts';
import { sessionShape } from './session-schema.ts';
import { lockSchema, refusalShape, serverShape, slotsShape } from './snapshot-schema.ts';

/** A snapshot as a kept record has it. */

export const sessionFields = fields({
  ...obligatory(sessionShape),
  sessionId: sessionShape.sessionId,
  address: describe('IP address, "local" for a Unix socket, empty, or "…" where it was left out.', text),
  lastStatement: describe('Its last statement, as far as the declaration of the server allows.', textOrNull),
});

const { kind, holders, waitedMs } = lockSchema.shape;
const shares = list(fields(holders.def.element.shape));
const lockFields = fields({
  kind,
  holders: describe('The sessions that hold it; pid 0 is a prepared transaction.', shares),
  waiters: describe('The sessions that wait for it, in the order in which they began to wait.', shares),
  waitedMs,
});

const { roles, databases, ...ownSlots } = obligatory(slotsShape);
const limits = (schema: typeof roles) => list(fields(schema.def.element.shape));
const { provider, ...server } = serverShape;

export const keptSnapshotSchema = fields({
  takenAt: describe("The server's clock.", text),
  server: fields({ ...obligatory(server), provider, readsAllStats: flag }),
  slots: fields({ ...ownSlots, roles: limits(roles), databases: limits(databases) }),
  sessions: list(sessionFields),
  locks: describe(
    'Locks that sessions wait for; absent where they were not read.',
    z.optional(list(lockFields)),
  ),
  refusals: list(fields(obligatory(refusalShape))),
  pooler: poolerOrNull,
});
