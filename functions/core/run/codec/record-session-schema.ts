import { describe } from '../../base/schema-fields.ts';
import { sessionShape } from '../../server/session-schema.ts';
import { lockSchema } from '../../server/snapshot-schema.ts';
import { fields, list, obligatory, text, textOrNull } from './record-fields.ts';

/** A session and a contested lock as a kept record has them. */
export const sessionFields = fields({
  ...obligatory(sessionShape),
  sessionId: sessionShape.sessionId,
  address: describe('IP address, "local" for a Unix socket, empty, or "…" where it was left out.', text),
  lastStatement: describe('Its last statement, as far as the declaration of the server allows.', textOrNull),
});

const { kind, holders } = lockSchema.shape;
const shares = list(fields(holders.def.element.shape));
export const lockFields = fields({
  kind,
  holders: describe('The sessions that hold it; pid 0 is a prepared transaction.', shares),
  waiters: describe('The sessions that wait for it, in the order in which they began to wait.', shares),
});
